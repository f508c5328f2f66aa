import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { type OtlpSettings, otlpDefaults } from '../../../presets/contract/otlp-options.js';
import { otlp } from '../../../presets/otlp/preset.js';
import { proxyTo } from '../../../presets/transport/env-proxy.js';
import { loadConfig } from '../../../sdk/index.js';
import { temporary } from '../../support/children.js';
import { type Backend, grpcBackend, httpBackend } from '../../support/otlp-servers.js';
import { captureLogs, environment, providers } from '../../support/providers.js';

/** What a proxy was asked for: the method with the address, and the header that names its user. */
type Asked = [method: string, address: string, authorization: string | undefined];

interface Proxy {
	readonly url: string;
	readonly asked: Asked[];
	close(): Promise<void>;
}

/** An HTTP proxy on the loopback address. It leads every name to that address; with a status, nowhere. */
async function proxy(status?: number): Promise<Proxy> {
	const asked: Asked[] = [];
	const open = new Set<Socket>();
	const server = createServer((incoming, outgoing) => {
		const url = new URL(incoming.url ?? '');
		asked.push([incoming.method ?? '', url.href, incoming.headers['proxy-authorization']]);
		if (status !== undefined) {
			outgoing.writeHead(status).end();
			return;
		}
		const { 'proxy-authorization': _, ...headers } = incoming.headers;
		const onward = request(
			{ host: '127.0.0.1', port: url.port, path: url.pathname, method: 'POST', headers },
			(answer) => {
				outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
				answer.pipe(outgoing);
			},
		);
		incoming.pipe(onward);
	});
	server.on('connect', (incoming, socket: Socket, head: Buffer) => {
		asked.push(['CONNECT', incoming.url ?? '', incoming.headers['proxy-authorization']]);
		open.add(socket);
		if (status !== undefined) {
			socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
			return;
		}
		const onward = connect(Number(incoming.url?.split(':').at(-1)), '127.0.0.1', () => {
			socket.write('HTTP/1.1 200 OK\r\n\r\n');
			onward.write(head);
			onward.pipe(socket).pipe(onward);
		});
		open.add(onward);
		for (const one of [socket, onward]) one.on('error', () => undefined);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		asked,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
				for (const socket of open) socket.destroy();
			}),
	};
}

const VARIABLES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'grpc_proxy', 'no_grpc_proxy'];
let before: NodeJS.ProcessEnv;
let directory: string;
let closing: { close(): Promise<void> }[];
let messages: string[];

beforeEach(() => {
	before = { ...process.env };
	for (const name of VARIABLES) for (const one of [name, name.toUpperCase()]) delete process.env[one];
	delete process.env['NODE_USE_ENV_PROXY'];
	directory = temporary();
	closing = [];
	messages = captureLogs();
});
afterEach(async () => {
	for (const name of [...VARIABLES, ...VARIABLES.map((one) => one.toUpperCase()), 'NODE_USE_ENV_PROXY'])
		delete process.env[name];
	Object.assign(process.env, before);
	diag.disable();
	for (const one of closing) await one.close();
	rmSync(directory, { recursive: true, force: true });
});

/** Sends one span to a backend under the name `backend.test`, which only a proxy knows. */
async function send(backend: Backend, settings: Partial<OtlpSettings> = {}) {
	const endpoint = backend.url.replace('127.0.0.1', 'backend.test');
	const parts = await otlp.create({ ...otlpDefaults(), timeout: 2000, endpoint, ...settings }, environment(['traces']));
	const { tracer, shutdown } = providers(parts);
	tracer.startSpan('a span').end();
	await shutdown();
	return parts.stats?.().spans.delivered;
}

async function servers(status?: number) {
	const [backend, through] = await Promise.all([httpBackend(), proxy(status)]);
	closing.push(backend, through);
	return { backend, through, port: new URL(backend.url).port };
}

/** A backend with TLS, and the file with its certificate. */
async function secure(kind: 'http' | 'grpc') {
	const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
	const subject = ['-subj', '/CN=backend.test', '-addext', 'subjectAltName=DNS:backend.test'];
	const how = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
	execFileSync('openssl', [...how, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
	const tls = { key: readFileSync(key), cert: readFileSync(cert), ca: readFileSync(cert) };
	const backend = kind === 'http' ? await httpBackend(undefined, tls) : await grpcBackend();
	closing.push(backend);
	return { backend, tls: { ca: cert } };
}

describe('a request over HTTP', () => {
	it.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])(
		'is sent through the proxy of %s, which reads it',
		async (name) => {
			const { backend, through, port } = await servers();
			process.env[name] = through.url.replace('//', '//kent:se%20same@');
			expect(await send(backend)).toBe(1);
			const authorization = `Basic ${Buffer.from('kent:se same').toString('base64')}`;
			expect(through.asked).toEqual([['POST', `http://backend.test:${port}/v1/traces`, authorization]]);
			expect(backend.got[0]?.headers).toMatchObject({ host: `backend.test:${port}` });
			expect(messages).toEqual([]);
		},
	);

	it('with TLS is sent through a tunnel of the proxy of HTTPS_PROXY, and trusts the server itself', async () => {
		const { through } = await servers();
		const { backend, tls } = await secure('http');
		process.env['HTTP_PROXY'] = 'http://127.0.0.1:1';
		process.env['HTTPS_PROXY'] = through.url;
		expect(await send(backend, { tls })).toBe(1);
		expect(through.asked).toEqual([['CONNECT', `backend.test:${new URL(backend.url).port}`, undefined]]);
		expect(await send(backend)).toBe(0);
		expect(messages).toEqual([expect.stringContaining('self-signed certificate')]);
	});

	it.each(['backend.test', '.test', '*', 'a.b, BACKEND.test:PORT'])('is not, if NO_PROXY is %s', async (list) => {
		const { backend, through, port } = await servers();
		Object.assign(process.env, { HTTP_PROXY: through.url, NO_PROXY: list.replace('PORT', port) });
		expect(await send(backend)).toBe(0);
		expect([through.asked, backend.got]).toEqual([[], []]);
	});

	it('is sent through the proxy that the config names, or through none, whatever variables name', async () => {
		const { backend, through } = await servers();
		Object.assign(process.env, { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' });
		expect(await send(backend, { proxy: through.url })).toBe(1);
		process.env['NO_PROXY'] = '';
		process.env['HTTP_PROXY'] = through.url;
		expect(await send(backend, { proxy: 'none', endpoint: backend.url })).toBe(1);
		process.env['NODE_USE_ENV_PROXY'] = '0';
		expect(await send(backend, { endpoint: backend.url })).toBe(1);
		expect(through.asked).toHaveLength(1);
	});

	it.each<[string, number | undefined, RegExp]>([
		['refuses', 407, /Set the user name and the password of the proxy.* Reason: 407/],
		[
			'is not there',
			undefined,
			/Correct the proxy, or add the server to NO_PROXY\. Reason: .*ECONNREFUSED.*through the proxy 127/,
		],
	])('names the proxy in one line if it %s', async (_name, status, line) => {
		const { backend, through } = await servers(status);
		process.env['HTTP_PROXY'] = through.url;
		if (status === undefined) await through.close();
		expect(await send(backend)).toBe(0);
		expect(messages).toEqual([expect.stringMatching(line)]);
	});

	it('names the proxy in one line if its address is none', async () => {
		const { backend } = await servers();
		process.env['HTTP_PROXY'] = 'socks5://kent:sesame@127.0.0.1:1';
		expect(await send(backend)).toBe(0);
		expect(messages).toEqual([
			expect.stringMatching(/the proxy that HTTP_PROXY names cannot be used; legal: an address/),
		]);
		expect(messages.join()).not.toContain('sesame');
	});
});

describe('a request over gRPC', () => {
	it.each(['GRPC_PROXY', 'https_proxy', 'HTTP_PROXY'])('is sent through a tunnel of the proxy of %s', async (name) => {
		const through = await proxy();
		const { backend } = await secure('grpc');
		closing.push(through);
		process.env[name] = through.url;
		expect(await send(backend, { protocol: 'grpc' })).toBe(1);
		expect(through.asked).toEqual([['CONNECT', `backend.test:${new URL(backend.url).port}`, undefined]]);
	});

	it('names the proxy in one line if it refuses', async () => {
		const through = await proxy(403);
		const { backend } = await secure('grpc');
		closing.push(through);
		expect(await send(backend, { protocol: 'grpc', proxy: through.url })).toBe(0);
		expect(messages).toEqual([expect.stringMatching(/refuses a tunnel to backend\.test:\d+: 403, through the proxy/)]);
	});
});

describe('proxyTo()', () => {
	const to = (url: string, env: Record<string, string>) => proxyTo(new URL(url), false, 'env', env)?.url.host;
	it.each([
		['http://10.1.2.3:4318', '10.0.0.0/8'],
		['http://10.1.2.3', '10.1.2.3'],
		['http://[fe80::1]:4318', 'fe80::/10'],
		['http://[::1]:4318', '[::1]:4318'],
		['http://a.internal', 'x, *.internal'],
		['http://A.Internal.', 'internal'],
		['http://a', ' b  a '],
		['https://a', 'a:443'],
	])('is none for %s with NO_PROXY=%s', (url, list) => {
		expect(to(url, { http_proxy: 'p:1', https_proxy: 'p:1', no_proxy: list })).toBeUndefined();
	});

	it.each([
		['http://11.1.2.3', '10.0.0.0/8'],
		['http://notinternal', 'internal'],
		['http://a', 'a:4318'],
		['http://a', '/8, 10.0.0.0/99, ,,'],
		['http://10.1.2.3', '1.2.3'],
	])('is one for %s with NO_PROXY=%s', (url, list) => {
		expect(to(url, { http_proxy: 'p:1', no_proxy: list })).toBe('p:1');
	});

	it('is that of lower case, of the scheme, and none for a Unix domain socket', () => {
		expect(to('http://a', { http_proxy: 'low:1', HTTP_PROXY: 'up:1' })).toBe('low:1');
		expect(to('http://a', { https_proxy: 'p:1' })).toBeUndefined();
		expect(to('https://a', { http_proxy: 'p:1' })).toBeUndefined();
		expect(to('unix:/a', { http_proxy: 'p:1', all_proxy: 'p:1' })).toBeUndefined();
	});
});

it('otlp.proxy is a key of the config, whose password is not printed', async () => {
	const { config } = await loadConfig(
		{ otlp: { proxy: 'http://kent:sesame@proxy:3128' } },
		{ cwd: directory, home: directory },
	);
	expect(config.otlp.proxy).toBe('http://kent:sesame@proxy:3128');
	expect(JSON.stringify(config)).toContain('"proxy":"http://[redacted]@proxy:3128"');
	await expect(loadConfig({ otlp: { proxy: 'proxy' } }, { cwd: directory, home: directory })).rejects.toThrow(
		'"otlp.proxy" got \'proxy\'; legal: env, none, or the address of a proxy',
	);
});
