import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { secretHeaders, withoutSecrets } from '../../../lib/diagnostics/configured-secrets.js';
import { ConfigRoom } from '../../support/config-room.js';

const REFERENCE = `\${env:GARDEN_TOKEN}`;

let room: ConfigRoom;
beforeEach(() => {
	room = new ConfigRoom();
	process.env['GARDEN_TOKEN'] = 's3cret-of-kent';
});
afterEach(() => room.leave());

describe('a header', () => {
	it('holds the value of a variable, and shows none', async () => {
		room.write(
			'agentese.config.yaml',
			`otlp: { headers: { authorization: "Bearer ${REFERENCE}", tenant: literal-secret }, traces: { headers: { x: "${REFERENCE}" } } }`,
		);
		const loaded = await room.load();
		const { headers, traces } = loaded.config.otlp;
		expect({ ...headers }).toEqual({ authorization: 'Bearer s3cret-of-kent', tenant: 'literal-secret' });
		expect({ ...traces.headers }).toEqual({ x: 's3cret-of-kent' });
		for (const text of [
			inspect(loaded, { depth: 9 }),
			JSON.stringify(loaded),
			inspect(headers),
			`${JSON.stringify(headers)}`,
		]) {
			expect(text).not.toMatch(/s3cret|literal-secret/);
			expect(text).toContain('[redacted]');
		}
	});

	it('keeps out of the messages of others', () => {
		secretHeaders({ authorization: 'Bearer abcdefghij', x: 'a' });
		expect(withoutSecrets('401 for abcdefghij (a token)')).toBe('401 for [redacted] (a token)');
	});

	it('whose variable is not set or empty is a fault, in every section at once', async () => {
		process.env['GARDEN_TOKEN'] = '';
		const headers = { a: `x ${REFERENCE}` };
		expect(await room.refusal({ otlp: { headers, logs: { headers: { b: `\${env:GARDEN_ABSENT}` } } } })).toBe(
			[
				'The configuration is refused, with 2 faults.',
				'  argument: "otlp.headers.a" wants the variable GARDEN_TOKEN, which is empty. Set it, or leave the header out.',
				'  argument: "otlp.logs.headers.b" wants the variable GARDEN_ABSENT, which is not set. Set it, or leave the header out.',
			].join('\n'),
		);
	});

	it('that its variable ends with a line break is a fault, without its value', async () => {
		process.env['GARDEN_TOKEN'] = 's3cret-of-kent\n';
		expect(await room.refusal({ otlp: { headers: { a: `Bearer ${REFERENCE}` } } })).toBe(
			'The configuration is refused. argument: "otlp.headers.a" holds a line break, which no header may. Take it out, of its variable if it has one.',
		);
	});

	it('that a stronger source replaces needs no variable', async () => {
		room.write('agentese.config.yaml', `otlp: { headers: { a: "\${env:GARDEN_ABSENT}" } }`);
		expect((await room.load({ otlp: { headers: { a: 'b' } } })).config.otlp.headers).toEqual({ a: 'b' });
	});
});

describe('a password in an endpoint', () => {
	it('is hidden with what looks like its end in it', async () => {
		const { config } = await room.load({ jaeger: { endpoint: "http://me:o'p@q@localhost:4318/a@b" } });
		expect(JSON.stringify(config.jaeger)).toContain('"http://[redacted]@localhost:4318/a@b"');
	});

	it('is used, and shown in no printed config', async () => {
		const endpoint = 'https://kent:pass-of-kent@collector:4318';
		const loaded = await room.load({
			otlp: { endpoint, headers: { x: 'literal-secret' }, logs: { endpoint } },
			jaeger: { endpoint },
		});
		const { otlp, jaeger } = loaded.config;
		expect([otlp.endpoint, otlp.logs.endpoint, jaeger.endpoint]).toEqual([endpoint, endpoint, endpoint]);
		for (const text of [inspect(loaded, { depth: 9 }), JSON.stringify(loaded), inspect(otlp), JSON.stringify(otlp)]) {
			expect(text).not.toMatch(/kent|literal-secret/);
			expect(text).toContain('https://[redacted]@collector:4318');
		}
		expect(withoutSecrets('no pass-of-kent here')).toBe('no [redacted] here');
	});
});
