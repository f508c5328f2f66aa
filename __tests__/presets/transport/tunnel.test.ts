import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { otlpDefaults } from '../../../presets/contract/otlp-options.js';
import { otlp } from '../../../presets/otlp/preset.js';
import { grpcBackend, spanNamesIn } from '../../support/otlp-servers.js';
import { captureLogs, environment, providers } from '../../support/providers.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
	delete process.env['grpc_proxy'];
	for (const close of closing.splice(0)) await close();
});

/** An HTTP proxy that opens tunnels, or answers with another status, with what it was asked for. */
async function proxy(status = 200): Promise<{ port: number; asked: string[] }> {
	const asked: string[] = [];
	const sockets: Socket[] = [];
	const server = createServer((socket) => {
		sockets.push(socket);
		socket.on('error', () => undefined);
		socket.once('data', (data) => {
			const head = data.toString();
			asked.push(head);
			const [, host = '', port = ''] = /^CONNECT ([^:]+):(\d+) /.exec(head) ?? [];
			if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
			const beyond = connect(Number(port), host, () => socket.write('HTTP/1.1 200 Connected\r\n\r\n'));
			beyond.on('error', () => undefined);
			sockets.push(beyond);
			socket.pipe(beyond).pipe(socket);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	closing.push(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const address = server.address();
	return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, asked };
}

async function send(url: string) {
	const parts = await otlp.create({ ...otlpDefaults(), endpoint: url, protocol: 'grpc' }, environment(['traces']));
	const { tracer, flush, shutdown } = providers(parts);
	tracer.startSpan('through').end();
	await flush();
	const stats = parts.stats?.();
	await shutdown();
	return stats;
}

it('gRPC goes through the proxy that the environment names, with its user', async () => {
	const backend = await grpcBackend();
	closing.push(backend.close);
	const { port, asked } = await proxy();
	process.env['grpc_proxy'] = `http://kent:s3cret%21@127.0.0.1:${port}`;
	const stats = await send(backend.url);
	expect(stats?.spans.delivered).toBe(1);
	expect(backend.got.flatMap(({ body }) => spanNamesIn(body))).toEqual(['through']);
	const { host } = new URL(backend.url);
	expect(asked).toEqual([
		`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\nProxy-Authorization: Basic ${btoa('kent:s3cret!')}\r\n\r\n`,
	]);
});

it('a proxy that refuses a tunnel is reported, and what is to be sent waits', async () => {
	const lines = captureLogs();
	const backend = await grpcBackend();
	closing.push(backend.close);
	const { port } = await proxy(407);
	process.env['grpc_proxy'] = `http://127.0.0.1:${port}`;
	const stats = await send(backend.url);
	expect(stats?.spans).toMatchObject({ delivered: 0, queued: 1 });
	expect(backend.got).toEqual([]);
	expect(lines.join()).toMatch(/the proxy 127\.0\.0\.1:\d+ refuses a tunnel to 127\.0\.0\.1:\d+: 407/);
});
