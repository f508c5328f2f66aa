import { EventEmitter } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PrometheusSettings } from './options.js';

/** The number of ports above the configured one that `nextPort` tries. */
const NEXT_PORTS = 100;

/** A server that listens and its actual port, or the error why none does. */
export type ListenResult =
	| { readonly server: Server; readonly port: number }
	| { readonly error: NodeJS.ErrnoException };

/**
 * Starts a server on the configured address, or with `nextPort` on the first free port above it. Never rejects. The
 * server does not keep the process alive.
 *
 * `localhost` means 127.0.0.1: the name may resolve to ::1 alone, and a Prometheus that is configured with 127.0.0.1
 * would not find the page.
 */
export async function listen(
	{ host, port, nextPort }: Pick<PrometheusSettings, 'host' | 'port' | 'nextPort'>,
	onRequest: RequestListener,
): Promise<ListenResult> {
	const address = host === 'localhost' ? '127.0.0.1' : host;
	const last = nextPort && port > 0 ? Math.min(port + NEXT_PORTS, 65_535) : port;
	let result = await listenOn(address, port, onRequest);
	for (let next = port + 1; 'error' in result && result.error.code === 'EADDRINUSE' && next <= last; next++) {
		result = await listenOn(address, next, onRequest);
	}
	return result;
}

function listenOn(host: string, port: number, onRequest: RequestListener): Promise<ListenResult> {
	const server = createServer(onRequest);
	// Instrumentation of node:http replaces `emit` on the prototype. With an `emit` of its own the server stays without
	// spans: nobody needs those of scrapes.
	Object.defineProperty(server, 'emit', { value: EventEmitter.prototype.emit, configurable: true, writable: true });
	return new Promise((resolve) => {
		server.once('error', (error) => resolve({ error }));
		server.listen({ host, port, exclusive: true }, () => {
			server.unref();
			// A connection that a scraper keeps open for its next scrape must not keep the process alive either.
			server.on('connection', (socket) => socket.unref());
			server.on('error', () => undefined);
			resolve({ server, port: (server.address() as AddressInfo).port });
		});
	});
}

/** Closes the server and all its connections. Resolves when it is closed, and never rejects. */
export function closeServer(server: Server): Promise<void> {
	return new Promise((resolve) => {
		server.close(() => resolve());
		server.closeAllConnections();
	});
}
