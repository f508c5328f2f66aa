import { createServer } from 'node:http';

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
