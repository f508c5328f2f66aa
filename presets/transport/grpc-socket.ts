import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type HttpProxy, throughProxy } from './env-proxy.js';
import { tunnelThrough } from './proxy-tunnel.js';
import type { TlsFiles } from './tls-files.js';

/** Connects to a proxy itself. */
function connectToProxy({ protocol, hostname, port }: URL): Socket {
	const host = hostname.replace(/^\[|\]$/g, '');
	if (protocol === 'http:') return connectTcp({ host, port: Number(port || 80) });
	return connectTls({ host, port: Number(port || 443), ...(isIP(host) === 0 && { servername: host }) });
}

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

	/**
	 * @param proxy - the HTTP proxy that leads to the server
	 * @param protocol - what is spoken on the connection, as TLS names it
	 */
	constructor(url: URL, tls: TlsFiles, proxy: HttpProxy | undefined, protocol: 'h2' | 'http/1.1' = 'h2') {
		const host = url.hostname.replace(/^\[|\]$/g, '');
		const secure = url.protocol === 'https:';
		const port = Number(url.port || (secure ? 443 : 80));
		// An address has no name that the server could choose its certificate by.
		const options = { host, ALPNProtocols: [protocol], ...(isIP(host) === 0 && { servername: host }), ...tls };
		if (url.protocol === 'unix:') this.socket = Promise.resolve(this.#hold(connectTcp(url.pathname)));
		else if (proxy !== undefined) {
			const way = this.#hold(connectToProxy(proxy.url));
			this.socket = tunnelThrough(way, proxy.url, `${url.hostname}:${port}`).then(
				(socket) => (secure ? this.#hold(connectTls({ ...options, socket })) : socket),
				(error: unknown) => {
					this.failure = throughProxy(error, proxy);
					throw this.failure;
				},
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
