import { EventEmitter } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PrometheusSettings } from './options.js';

/** How many ports above the configured one are tried. */
const NEXT = 100;

/** A server that listens, or why none does. */
export type Listening = { readonly server: Server; readonly port: number } | { readonly error: NodeJS.ErrnoException };

/**
 * Listens on the configured address. `localhost` is 127.0.0.1: by name it may be ::1 alone, where a Prometheus that is
 * told 127.0.0.1 finds nothing. The server does not keep the process alive.
 */
export async function listen(
	{ host, port, nextPort }: Pick<PrometheusSettings, 'host' | 'port' | 'nextPort'>,
	answer: RequestListener,
): Promise<Listening> {
	const address = host === 'localhost' ? '127.0.0.1' : host;
	const last = nextPort && port > 0 ? Math.min(port + NEXT, 65_535) : port;
	let result = await listenOn(address, port, answer);
	for (let next = port + 1; 'error' in result && result.error.code === 'EADDRINUSE' && next <= last; next++) {
		result = await listenOn(address, next, answer);
	}
	return result;
}

function listenOn(host: string, port: number, answer: RequestListener): Promise<Listening> {
	const server = createServer(answer);
	// Instrumentation of node:http replaces `emit` on the prototype; its spans of our own scrapes would be no one's.
	Object.defineProperty(server, 'emit', { value: EventEmitter.prototype.emit, configurable: true, writable: true });
	return new Promise((resolve) => {
		server.once('error', (error) => resolve({ error }));
		server.listen({ host, port, exclusive: true }, () => {
			server.unref();
			// A connection of a scraper that is kept for its next scrape does not keep the process alive either.
			server.on('connection', (socket) => socket.unref());
			server.on('error', () => undefined);
			resolve({ server, port: (server.address() as AddressInfo).port });
		});
	});
}

/** Closes the server and what is connected to it. */
export function closed(server: Server): Promise<void> {
	return new Promise((resolve) => {
		server.close(() => resolve());
		server.closeAllConnections();
	});
}
