import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { type OtlpSettings, otlpDefaults } from '../../../presets/contract/otlp-options.js';
import { otlp } from '../../../presets/otlp/preset.js';
import { type Backend, grpcBackend, type HttpResponder, httpBackend } from '../../support/otlp-servers.js';
import { captureLogs, environment, providers } from '../../support/providers.js';

let backends: Backend[];
let messages: string[];
beforeEach(() => {
	backends = [];
	messages = captureLogs();
});
afterEach(async () => {
	diag.disable();
	for (const backend of backends) await backend.close();
});

/** Sends one span and one measurement, and returns the lines that were logged, with `<server>` for the address. */
async function linesOf(backend: Backend, settings: Partial<OtlpSettings> = {}): Promise<string[]> {
	backends.push(backend);
	const parts = await otlp.create({ ...otlpDefaults(), endpoint: backend.url, ...settings }, environment());
	const { tracer, meter, shutdown } = providers(parts);
	tracer.startSpan('a span').end();
	meter.createCounter('a.counter').add(2);
	await shutdown();
	return messages.map((line) => line.replaceAll(backend.url, '<server>'));
}

const answering = (status: number, only?: RegExp, body?: string): HttpResponder => {
	return ({ path }) => {
		if (only?.test(path) === false) return { status: 200 };
		return { status, ...(body !== undefined && { body: Buffer.from(body), type: 'text/html' }) };
	};
};

describe('a backend that has nothing at the address of a signal', () => {
	it('over HTTP: the line names the signal and its URL', async () => {
		const lines = await linesOf(await httpBackend(answering(404, /traces/)));
		expect(lines).toContainEqual(
			expect.stringMatching(
				/Correct otlp\.endpoint: its path, or its port\. Reason: 404 Not Found, for traces at <server>\/v1\/traces$/,
			),
		);
	});

	it('over HTTP: of one that takes traces alone, the line names the preset jaeger', async () => {
		const lines = await linesOf(await httpBackend(answering(404, /metrics/)));
		expect(lines).toContainEqual(
			expect.stringMatching(
				/takes traces and no metrics, as a Jaeger does, set preset: jaeger, .* Reason: 404 Not Found, for metrics at <server>\/v1\/metrics$/,
			),
		);
	});

	it('over gRPC: of one that takes traces alone, the line names the preset jaeger', async () => {
		const backend = await grpcBackend(({ path }) =>
			path.includes('metrics') ? { code: 12, details: 'unknown service' } : Buffer.alloc(0),
		);
		const lines = await linesOf(backend, { protocol: 'grpc' });
		expect(lines).toContainEqual(
			expect.stringMatching(
				/set preset: jaeger, .* Reason: 12 UNIMPLEMENTED: unknown service, for metrics at <server>\/opentelemetry\.proto\.collector\.metrics\.v1\.MetricsService\/Export$/,
			),
		);
	});
});

describe('a front server that answers 400 to what it does not read', () => {
	it.each([
		['<center>No required SSL certificate was sent</center>', /set otlp\.tls\.cert and otlp\.tls\.key, and restart/],
		['<center>The plain HTTP request was sent to HTTPS port</center>', /Begin otlp\.endpoint with https:\/\//],
	])('%s', async (body, advice) => {
		const lines = await linesOf(await httpBackend(answering(400, undefined, body)));
		expect(lines).toEqual([expect.stringMatching(advice)]);
	});
});

it('a transport that cannot be created is not reported as a backend that cannot be reached', async () => {
	const lines = await linesOf(await httpBackend(), { tls: { ca: '/nowhere/ca.pem' } });
	expect(lines).toEqual([
		expect.stringMatching(
			/the otlp preset cannot prepare its connection to <server>, and sends nothing there; .* Correct otlp\.tls, and restart\. Reason: tls\.ca cannot be read from \/nowhere\/ca\.pem: ENOENT/,
		),
	]);
});
