import { EventEmitter } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLoopback } from './allowed-hosts.js';
import type { PrometheusSettings } from './options.js';

/** A server that listens, with its actual port, or the error why none does. */
export type ListenResult =
	| {
			readonly port: number;
			/** Whether it listens on the loopback interface alone. */
			readonly isLoopback: boolean;
			/** Stops serving; closes the server unless another preset has taken it over. Never rejects. */
			close(): Promise<void>;
	  }
	| { readonly error: NodeJS.ErrnoException };

/** The servers of this process by their address, each with the listeners of the presets that use it. */
const servers = new Map<string, Started & { readonly used: RequestListener[] }>();

/** A server that listens. */
interface Started {
	readonly port: number;
	readonly isLoopback: boolean;
	readonly server: Server;
}

/**
 * Starts a server on the configured address, or shares the one of this process that listens there: while `restart()`
 * hands over, the page of the old preset is served until that is closed, and then that of the new one. Never rejects.
 * The server does not keep the process alive.
 *
 * `localhost` means 127.0.0.1: the name may resolve to ::1 alone, and a Prometheus that is configured with 127.0.0.1
 * would not find the page.
 */
export async function listen(
	{ host: name, port }: Pick<PrometheusSettings, 'host' | 'port'>,
	onRequest: RequestListener,
): Promise<ListenResult> {
	const host = name === 'localhost' ? '127.0.0.1' : name;
	const address = `${host}:${port}`;
	let shared = servers.get(address);
	if (shared === undefined) {
		const used: RequestListener[] = [];
		const started = await startServer(host, port, (request, response) => used[0]?.(request, response));
		if ('error' in started) return started;
		shared = { ...started, used };
		// Port 0 selects another port each time.
		if (port !== 0) servers.set(address, shared);
	}
	const { used, server } = shared;
	used.push(onRequest);
	return {
		port: shared.port,
		isLoopback: shared.isLoopback,
		async close() {
			used.splice(used.indexOf(onRequest), 1);
			if (used.length > 0) return;
			if (servers.get(address)?.server === server) servers.delete(address);
			await closeServer(server);
		},
	};
}

/** Starts a server. Never rejects. */
function startServer(
	host: string,
	port: number,
	onRequest: RequestListener,
): Promise<Started | { error: NodeJS.ErrnoException }> {
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
			const { address, port: actualPort } = server.address() as AddressInfo;
			resolve({ server, port: actualPort, isLoopback: isLoopback(address) });
		});
	});
}

/** Closes the server and all its connections. Resolves when it is closed, and never rejects. */
function closeServer(server: Server): Promise<void> {
	return new Promise((resolve) => {
		server.close(() => resolve());
		server.closeAllConnections();
	});
}
