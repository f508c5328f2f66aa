import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { secretHeaders } from '../../../lib/diagnostics/configured-secrets.js';
import { withoutSecrets } from '../../../lib/diagnostics/mask.js';
import { ConfigRoom } from '../../support/config-room.js';

const REFERENCE = `\${env:GARDEN_TOKEN}`;

let room: ConfigRoom;
beforeEach(() => {
	room = new ConfigRoom();
	process.env['GARDEN_TOKEN'] = 's3cret-of-kent';
});
afterEach(() => room.leave());

describe('a header', () => {
	it('contains the value of its variable, and is printed without it', async () => {
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

	it('is masked in messages of other software', () => {
		secretHeaders({ authorization: 'Bearer abcdefghij', x: 'a' });
		expect(withoutSecrets('401 for abcdefghij (a token)')).toBe('401 for [redacted] (a token)');
	});

	it('whose variable is unset or empty is a fault, reported for every section at once', async () => {
		process.env['GARDEN_TOKEN'] = '';
		const headers = { a: `x ${REFERENCE}` };
		expect(await room.refusal({ otlp: { headers, logs: { headers: { b: `\${env:GARDEN_ABSENT}` } } } })).toBe(
			[
				'The configuration is refused, with 2 faults.',
				'  argument: "otlp.headers.a" needs the variable GARDEN_TOKEN, which is empty. Set it, or leave the header out.',
				'  argument: "otlp.logs.headers.b" needs the variable GARDEN_ABSENT, which is not set. Set it, or leave the header out.',
			].join('\n'),
		);
	});

	it('whose variable ends with a line break is a fault, reported without its value', async () => {
		process.env['GARDEN_TOKEN'] = 's3cret-of-kent\n';
		expect(await room.refusal({ otlp: { headers: { a: `Bearer ${REFERENCE}` } } })).toBe(
			'The configuration is refused. argument: "otlp.headers.a" contains a line break, which headers cannot have. Remove it from the value, or from its variable.',
		);
	});

	it('that a source of higher precedence replaces needs no variable', async () => {
		room.write('agentese.config.yaml', `otlp: { headers: { a: "\${env:GARDEN_ABSENT}" } }`);
		expect((await room.load({ otlp: { headers: { a: 'b' } } })).config.otlp.headers).toEqual({ a: 'b' });
	});
});

describe('a password in an endpoint', () => {
	it('that contains an @ is masked to its end', async () => {
		const { config } = await room.load({ jaeger: { endpoint: "http://me:o'p@q@localhost:4318/a@b" } });
		expect(JSON.stringify(config.jaeger)).toContain('"http://[redacted]@localhost:4318/a@b"');
	});

	it('is used, and is masked in every printed config', async () => {
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
