import type { Socket } from 'node:net';
import { cutError } from './connection-faults.js';
import { proxyAuthorization } from './env-proxy.js';

/** The most bytes that a proxy may answer with before the tunnel is open. */
const MAX_HEAD_BYTES = 16 * 2 ** 10;

/**
 * Opens a tunnel to a server through an HTTP proxy, on a connection to that proxy.
 *
 * @param server - the host and port
 * @throws Error (as a rejection) if the proxy refuses, or closes the connection
 */
export function tunnelThrough(socket: Socket, proxy: URL, server: string): Promise<Socket> {
	const user = proxyAuthorization(proxy);
	const authorization = user === undefined ? '' : `Proxy-Authorization: ${user}\r\n`;
	socket.write(`CONNECT ${server} HTTP/1.1\r\nHost: ${server}\r\n${authorization}\r\n`);
	return new Promise((resolve, reject) => {
		let head = Buffer.alloc(0);
		const settle = (act: () => void) => {
			socket.off('data', onData).off('error', reject).off('close', onClose);
			act();
		};
		const onClose = () => settle(() => reject(cutError('the proxy closed the connection')));
		const onData = (chunk: Buffer) => {
			head = Buffer.concat([head, chunk]);
			const end = head.indexOf('\r\n\r\n');
			if (end < 0 && head.length < MAX_HEAD_BYTES) return;
			const [, status = '?'] = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1')) ?? [];
			settle(() => {
				if (end < 0 || !status.startsWith('2')) {
					const error = new Error(`the proxy ${proxy.host} refuses a tunnel to ${server}: ${status}`);
					reject(Object.assign(error, { code: 'ERR_HTTP_PROXY' }));
					return;
				}
				socket.pause();
				if (head.length > end + 4) socket.unshift(head.subarray(end + 4));
				resolve(socket);
			});
		};
		socket.on('data', onData).on('error', reject).on('close', onClose);
	});
}
