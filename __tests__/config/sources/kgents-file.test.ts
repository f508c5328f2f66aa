import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigRoom } from '../../support/config-room.js';

const ORIGIN = readFileSync(new URL('../../fixtures/origin-telemetry.yaml', import.meta.url), 'utf8');

let room: ConfigRoom;
beforeEach(() => {
	room = new ConfigRoom();
});
afterEach(() => room.leave());

/** The example file of AGENTESE's Python implementation with another exporter of traces, or another line. */
const changed = (from: string, to: string) => {
	if (!ORIGIN.includes(from)) throw new Error(`The origin's file has no ${from}.`);
	return ORIGIN.replace(from, to);
};

describe('~/.kgents/telemetry.yaml', () => {
	it("is loaded with the meaning that AGENTESE's Python implementation gives it", async () => {
		const file = room.writeUserFile(ORIGIN);
		const { config, sources, signals, notices } = await room.load();
		expect(config).toMatchObject({
			enabled: true,
			preset: ['otlp', 'prometheus'],
			sampling: { rate: 1 },
			otlp: { endpoint: 'http://localhost:4317', protocol: 'grpc' },
			jaeger: { endpoint: 'http://localhost:4318', protocol: 'http/protobuf' },
			prometheus: { port: 9090, host: 'localhost' },
			json: { directory: join(room.home, '.kgents') },
		});
		expect(signals).toEqual({ traces: ['otlp'], metrics: ['prometheus'], logs: [] });
		expect(notices).toEqual([]);
		const own = Object.entries(sources).flatMap(([key, source]) => (source === file ? [key] : []));
		expect(own.sort()).toEqual([
			'enabled',
			'jaeger.endpoint',
			'json.directory',
			'otlp.endpoint',
			'otlp.protocol',
			'preset',
			'prometheus.port',
			'sampling.rate',
			'signals.logs',
			'signals.metrics',
			'signals.traces',
		]);
	});

	it("maps the port of Jaeger's agent to OTLP on that host, with a notice if Jaeger is used", async () => {
		const file = room.writeUserFile(
			changed('exporter: otlp ', 'exporter: jaeger ').replace('jaeger_host: "localhost"', 'jaeger_host: trace.example'),
		);
		const { config, notices } = await room.load();
		expect(config.jaeger).toMatchObject({ endpoint: 'http://trace.example:4318', protocol: 'http/protobuf' });
		expect(notices).toEqual([
			`${file} sends traces to port 6831 of Jaeger, which belonged to its removed agent; they are sent to ` +
				'http://trace.example:4318 over OTLP. Write jaeger_port: 4318 to avoid this message.',
		]);
	});

	it('sends over gRPC to a Jaeger on port 4317, without a notice', async () => {
		room.writeUserFile(changed('exporter: otlp ', 'exporter: jaeger ').replace('6831', '4317'));
		const { config, notices } = await room.load();
		expect(config.jaeger).toMatchObject({ endpoint: 'http://localhost:4317', protocol: 'grpc' });
		expect(notices).toEqual([]);
	});

	it.each([
		[
			'exporter: otlp ',
			'exporter: json ',
			{ traces: ['json'], metrics: ['prometheus'], logs: [] },
			['json', 'prometheus'],
		],
		['exporter: otlp ', 'exporter: none ', { traces: [], metrics: ['prometheus'], logs: [] }, ['prometheus']],
		['exporter: prometheus', 'exporter: otlp', { traces: ['otlp'], metrics: ['otlp'], logs: [] }, ['otlp']],
		['exporter: prometheus', 'exporter: none', { traces: ['otlp'], metrics: [], logs: [] }, ['otlp']],
	])('with %s as %s routes each signal', async (from, to, signals, preset) => {
		room.writeUserFile(changed(from, to));
		const loaded = await room.load();
		expect([loaded.signals, loaded.config.preset]).toEqual([signals, preset]);
	});

	it('disables telemetry if it sets that, and means the preset none if both exporters are none', async () => {
		room.writeUserFile(changed('enabled: true', 'enabled: false'));
		expect((await room.load()).config.enabled).toBe(false);
		room.writeUserFile('traces: { exporter: none }\nmetrics: { exporter: none }');
		expect((await room.load()).config.preset).toEqual(['none']);
	});

	it('has the lowest precedence: a project overrides it key by key, and its preset as a whole', async () => {
		const own = room.writeUserFile(ORIGIN);
		const file = room.write('agentese.config.yaml', 'sampling: { rate: 0.5 }');
		const first = await room.load();
		expect([first.config.sampling.rate, first.sources['sampling.rate']]).toEqual([0.5, file]);
		expect([first.config.prometheus.port, first.sources['prometheus.port']]).toEqual([9090, own]);
		room.write('agentese.config.yaml', 'preset: [json]');
		const second = await room.load();
		expect(second.config.preset).toEqual(['json']);
		expect(second.signals).toEqual({ traces: ['json'], metrics: ['json'], logs: ['json'] });
	});

	it('is refused by its own schema, with lines, together with the faults of the project', async () => {
		room.writeUserFile('traces:\n  exporter: jager\n  jaeger_prt: 1\n');
		room.write('agentese.config.yaml', 'enabled: 1');
		expect(await room.refusal()).toBe(
			[
				'The configuration is refused, with 3 faults.',
				'  <home>/.kgents/telemetry.yaml:2: "traces.exporter" got \'jager\'; legal: otlp, jaeger, json or none. Did you mean "jaeger"?',
				'  <home>/.kgents/telemetry.yaml:3: "traces.jaeger_prt" is not a key; legal here: exporter, otlp_endpoint, jaeger_host, jaeger_port, json_path. Did you mean "traces.jaeger_port"?',
				'  <cwd>/agentese.config.yaml:1: "enabled" got 1; legal: true or false.',
			].join('\n'),
		);
	});
});
