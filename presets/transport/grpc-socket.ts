import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { tunnelThrough } from './proxy-tunnel.js';
import type { TlsFiles } from './tls-files.js';

/**
 * A connection to a server, from its first moment on: it can be destroyed while a name, a proxy or a handshake is
 * waited for.
 */
export class Dialed {
	/** Resolves to the connection, whose handshake may still be under way. */
	readonly socket: Promise<Socket>;
	/** Why the connection failed. An error of HTTP/2 that follows from it says less. */
	failure: unknown;
	readonly #opened: Socket[] = [];

	/** @param proxy - the HTTP proxy that leads to the server */
	constructor(url: URL, tls: TlsFiles, proxy: URL | undefined) {
		const host = url.hostname.replace(/^\[|\]$/g, '');
		const secure = url.protocol === 'https:';
		const port = Number(url.port || (secure ? 443 : 80));
		// An address has no name that the server could choose its certificate by.
		const options = { host, ALPNProtocols: ['h2'], ...(isIP(host) === 0 && { servername: host }), ...tls };
		if (url.protocol === 'unix:') this.socket = Promise.resolve(this.#hold(connectTcp(url.pathname)));
		else if (proxy !== undefined) {
			const way = this.#hold(connectTcp({ host: proxy.hostname, port: Number(proxy.port || 80) }));
			this.socket = tunnelThrough(way, proxy, `${url.hostname}:${port}`).then((socket) =>
				secure ? this.#hold(connectTls({ ...options, socket })) : socket,
			);
		} else {
			this.socket = Promise.resolve(
				this.#hold(secure ? connectTls({ ...options, port }) : connectTcp({ host, port }).setNoDelay()),
			);
		}
	}

	/** Destroys the connection, in whichever state it is. */
	destroy(): void {
		for (const socket of this.#opened) socket.destroy();
	}

	/** Keeps a socket until `destroy()`, and its error, which would end the process if nothing listened to it. */
	#hold(socket: Socket): Socket {
		this.#opened.push(socket);
		return socket.on('error', (error) => {
			this.failure ??= error;
		});
	}
}
