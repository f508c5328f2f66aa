import { createServer } from 'node:net';

/** Below the ports that a system gives to those who connect: one of these stays free while its backend is away. */
const FIRST = 20_000;
const LAST = 32_000;

let next = FIRST + Math.floor(Math.random() * (LAST - FIRST));

/** Whether nobody listens there. @param {number} port */
function isFree(port) {
	return new Promise((resolve) => {
		const server = createServer().once('error', () => resolve(false));
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}

/**
 * A port of the loopback for a backend that goes and comes back. No port is answered twice.
 *
 * @returns {Promise<number>}
 */
export async function quietPort() {
	for (let left = LAST - FIRST; left > 0; left--) {
		const port = next;
		next = next + 1 < LAST ? next + 1 : FIRST;
		if (await isFree(port)) return port;
	}
	throw new Error(`No port from ${FIRST} to ${LAST} is free.`);
}
