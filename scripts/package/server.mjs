import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';

/**
 * Starts a backend on a free port of 127.0.0.1 that accepts everything over OTLP/HTTP.
 *
 * @returns `url`; `requests`, each with `path`, `type` and `body`; `close`
 */
export async function startBackend() {
	const requests = [];
	const server = createServer((request, response) => {
		const chunks = [];
		request.on('data', (chunk) => chunks.push(chunk));
		request.on('end', () => {
			const type = request.headers['content-type'] ?? 'text/plain';
			requests.push({ path: request.url, type, body: Buffer.concat(chunks).toString('latin1') });
			response.writeHead(200, { 'content-type': type }).end(type.includes('json') ? '{}' : '');
		});
	});
	await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
	const close = () => new Promise((closed) => server.close(closed).closeAllConnections());
	return { url: `http://127.0.0.1:${server.address().port}`, requests, close };
}

/** Starts a backend as `startBackend` does, that accepts everything over OTLP/gRPC. */
export async function startGrpcBackend() {
	const requests = [];
	const server = createHttp2Server();
	const sessions = new Set();
	server.on('session', (session) => sessions.add(session));
	server.on('stream', (stream, headers) => {
		const chunks = [];
		stream.on('data', (chunk) => chunks.push(chunk));
		stream.on('end', () => {
			const body = Buffer.concat(chunks).toString('latin1');
			requests.push({ path: headers[':path'], type: headers['content-type'], body });
			stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
			stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
			// An empty message: no compression, no bytes.
			stream.end(Buffer.alloc(5));
		});
	});
	await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
	const close = async () => {
		for (const session of sessions) session.destroy();
		await new Promise((closed) => server.close(closed));
	};
	return { url: `http://127.0.0.1:${server.address().port}`, requests, close };
}
