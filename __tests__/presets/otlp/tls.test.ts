import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { type OtlpSettings, otlpDefaults } from '../../../presets/contract/otlp-options.js';
import { otlp } from '../../../presets/otlp/preset.js';
import { temporary } from '../../support/children.js';
import { type Backend, grpcBackend, httpBackend, spanNamesIn } from '../../support/otlp-servers.js';
import { captureLogs, environment, providers } from '../../support/providers.js';

let directory: string;
let files: { ca: string; cert: string; key: string };
let backends: Backend[];
let messages: string[];

beforeEach(() => {
	backends = [];
	messages = captureLogs();
	directory = temporary();
	files = { ca: join(directory, 'cert.pem'), cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
	const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
	const how = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
	execFileSync('openssl', [...how, '-keyout', files.key, '-out', files.cert, ...subject], { stdio: 'ignore' });
});
afterEach(async () => {
	diag.disable();
	for (const backend of backends) await backend.close();
	rmSync(directory, { recursive: true, force: true });
});

/** Sends one span and one measurement through the preset, and returns its counts. */
async function send(settings: Partial<OtlpSettings>) {
	const parts = await otlp.create({ ...otlpDefaults(), ...settings }, environment());
	const { tracer, meter, shutdown } = providers(parts);
	tracer.startSpan('a span').end();
	meter.createCounter('a.counter').add(2);
	await shutdown();
	return parts.stats?.();
}

/** Start a server that has a certificate and requires one of the client. */
const PROTOCOLS = {
	'http/protobuf': () => {
		const [key, cert] = [readFileSync(files.key), readFileSync(files.cert)];
		return httpBackend(undefined, { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true });
	},
	grpc: () => {
		const [key, cert] = [readFileSync(files.key), readFileSync(files.cert)];
		return grpcBackend(undefined, { key, cert, ca: cert });
	},
} as const;

describe.each(Object.keys(PROTOCOLS) as (keyof typeof PROTOCOLS)[])('TLS over %s', (protocol) => {
	const server = async () => {
		const backend = await PROTOCOLS[protocol]();
		backends.push(backend);
		return backend;
	};

	it('trusts the certificates of tls.ca and sends its own', async () => {
		const backend = await server();
		const stats = await send({ endpoint: backend.url, protocol, tls: files });
		expect([stats?.spans.delivered, stats?.metricPoints.delivered, backend.got.length, messages]).toEqual([
			1,
			1,
			2,
			[],
		]);
		const spans = backend.got.find(({ path }) => /trace/i.test(path));
		expect(spanNamesIn(spans?.body ?? Buffer.alloc(0))).toEqual(['a span']);
	});

	it('sends nothing to a server that it does not trust, and reports that in one line', async () => {
		const backend = await server();
		const stats = await send({ endpoint: backend.url, protocol });
		expect([stats?.spans.dropped, backend.got]).toEqual([1, []]);
		expect(messages).toEqual([
			expect.stringMatching(
				/cannot deliver to https:.* Set otlp\.tls\.ca to .*, and restart\. Reason: self-signed certificate[^\n]*$/,
			),
		]);
	});

	it('sends nothing if the server requires a certificate and none is set, and reports that in one line', async () => {
		const backend = await server();
		const stats = await send({ endpoint: backend.url, protocol, tls: { ca: files.ca } });
		expect([stats?.spans.dropped, backend.got]).toEqual([1, []]);
		expect(messages).toEqual([
			expect.stringMatching(
				/cannot deliver to https:.* demands a client certificate that it trusts: set otlp\.tls\.cert and otlp\.tls\.key, and restart\. Reason: [^\n]+$/,
			),
		]);
	});

	it.each([
		[
			'that does not exist',
			() => join(directory, 'none.pem'),
			/ Correct otlp\.tls, and restart\. Reason: tls\.ca cannot be read from .*none\.pem: ENOENT/,
		],
		[
			'that is not in PEM format',
			() => join(directory, 'bad.pem'),
			/ Correct otlp\.tls, and restart\. Reason: the TLS files \(.*bad\.pem\) are not certificates/,
		],
	])('reports a certificate %s in one line, and sends nothing without it', async (_, path, reason) => {
		writeFileSync(join(directory, 'bad.pem'), '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n');
		const backend = await server();
		const stats = await send({ endpoint: backend.url, protocol, tls: { ca: path() } });
		expect([stats?.spans.dropped, backend.got]).toEqual([1, []]);
		expect(messages).toEqual([expect.stringMatching(reason)]);
	});
});
