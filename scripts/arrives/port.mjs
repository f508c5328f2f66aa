import { createServer } from 'node:net';

/**
 * These ports are below the range that a system gives to outgoing connections, so one stays free while no one listens.
 */
const FIRST = 20_000;
const LAST = 32_000;

let next = FIRST + Math.floor(Math.random() * (LAST - FIRST));

/** Resolves to whether no process listens on the port of 127.0.0.1. @param {number} port */
function isFree(port) {
	return new Promise((resolve) => {
		const server = createServer().once('error', () => resolve(false));
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}

/**
 * Returns a free port of 127.0.0.1 for a backend that stops and starts again. A process gets no port twice, until all
 * 12,000 were returned.
 *
 * @returns {Promise<number>}
 * @throws if none is free
 */
export async function quietPort() {
	for (let left = LAST - FIRST; left > 0; left--) {
		const port = next;
		next = next + 1 < LAST ? next + 1 : FIRST;
		if (await isFree(port)) return port;
	}
	throw new Error(`No port from ${FIRST} to ${LAST} is free.`);
}
