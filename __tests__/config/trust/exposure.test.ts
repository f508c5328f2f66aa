import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigRoom } from '../../support/config-room.js';

let room: ConfigRoom;
beforeEach(() => {
	room = new ConfigRoom();
});
afterEach(() => room.leave());

/** The notices for a config file with a mode, with `<cwd>` in place of the directory. */
async function noticesFor(text: string, mode: number): Promise<string[]> {
	chmodSync(room.write('agentese.config.yaml', text), mode);
	return (await room.load()).notices.map((notice) => notice.replaceAll(room.cwd, '<cwd>'));
}

describe('a config file with a secret', () => {
	it.each([
		['otlp.headers.authorization', 'otlp: { headers: { authorization: "Bearer sesame-open-123456" } }'],
		['otlp.traces.headers.x-api-key', 'otlp: { traces: { headers: { x-api-key: sesame-open-123456 } } }'],
		['jaeger.endpoint', 'jaeger: { endpoint: "http://kent:sesame@localhost:4318" }'],
		['otlp.endpoint', 'otlp: { endpoint: "http://localhost:4318/?api_key=sesame-open-123456" }'],
	])('that everybody may read gets one line: %s', async (key, text) => {
		expect(await noticesFor(`preset: none\n${text}`, 0o644)).toEqual([
			`<cwd>/agentese.config.yaml has a secret, "${key}", and everybody may read it (mode 0644). Run chmod 600 on it, or ` +
				'move the secret into an environment variable.',
		]);
	});

	it.each([
		['only its owner may read', 'otlp: { headers: { authorization: "Bearer sesame-open-123456" } }', 0o600],
		['its group may read', 'otlp: { headers: { authorization: "Bearer sesame-open-123456" } }', 0o640],
		['a variable has the secret', `otlp: { headers: { authorization: "Bearer \${env:PATH}" } }`, 0o644],
		['a header is no secret', 'otlp: { headers: { x-scope-orgid: garden }, endpoint: "http://localhost:4318" }', 0o644],
	])('gets none if %s', async (_name, text, mode) => {
		expect(await noticesFor(`preset: none\n${text}`, mode)).toEqual([]);
	});
});

describe('an outbox that everybody may write to', () => {
	it('gets one line if a preset sends', async () => {
		const outbox = join(room.cwd, 'outbox');
		mkdirSync(outbox);
		chmodSync(outbox, 0o777);
		expect(await noticesFor('preset: otlp\ndelivery: { directory: outbox }', 0o644)).toEqual([
			'everybody may write to delivery.directory, <cwd>/outbox (mode 0777): anybody can remove or replace what waits there ' +
				'to be sent. Run chmod 700 on it.',
		]);
		expect(await noticesFor('preset: json\ndelivery: { directory: outbox }', 0o644)).toEqual([]);
		expect(await noticesFor('preset: otlp\ndelivery: { directory: outbox, journal: false }', 0o644)).toEqual([]);
		chmodSync(outbox, 0o775);
		expect(await noticesFor('preset: otlp\ndelivery: { directory: outbox }', 0o644)).toEqual([]);
	});
});

describe('the parameters of an endpoint', () => {
	const endpoint = 'http://localhost:4318/?api_key=sesame-open-123456&tenant=garden;x=a%20b#sesame';
	it('are masked in printed configs, and used', async () => {
		const { config } = await room.load({
			preset: 'otlp',
			otlp: { endpoint, traces: { endpoint } },
			jaeger: { endpoint },
		});
		const masked = 'http://localhost:4318/?api_key=[redacted]&tenant=[redacted];x=[redacted]#sesame';
		for (const text of [JSON.stringify(config), inspect(config, { depth: 9 })]) {
			expect(text.split(masked)).toHaveLength(4);
			expect(text).not.toContain('sesame-open');
		}
		expect(config.otlp.endpoint).toBe(endpoint);
	});

	it.each([
		'htp://localhost/?api_key=sesame-open-123456',
		'http://kent:sesame-open-123456@',
		'//x/?sesame-open-123456',
	])('are masked in errors: %s', async (wrong) => {
		expect(await room.refusal({ otlp: { endpoint: wrong } })).not.toContain('sesame');
		process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = wrong;
		expect((await room.load()).notices.join()).not.toContain('sesame');
	});
});
