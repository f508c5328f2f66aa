import type { IncomingMessage } from 'node:http';
import type { PrometheusSettings } from './options.js';

/** The names of this machine that a request may have in its header `Host`, and the name that containers call it by. */
const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]', 'host.docker.internal'];

/** Whether an address is one of the loopback interface. */
export function isLoopback(address: string): boolean {
	return /^(::ffff:)?127\.|^::1$/.test(address);
}

/**
 * Returns a function that decides whether a server on the loopback interface responds to a request, by its header
 * `Host`. A page in a browser can make requests to this machine under a name of its own, and read the responses; only
 * the header then shows what name it used. A request without the header is not from a browser.
 */
export function hostCheck({ host, allowedHosts }: PrometheusSettings): (request: IncomingMessage) => boolean {
	const legal = new Set([...LOCAL_NAMES, host, ...allowedHosts].map(hostName));
	return ({ headers }) => headers.host === undefined || legal.has(hostName(headers.host));
}

/** A host in lower case, without its port and without a dot at its end. An IPv6 address keeps its brackets. */
function hostName(host: string): string {
	const text = host.trim().toLowerCase();
	// An address with several colons and no brackets has no port.
	const isBareAddress = /^[^[\]]*:[^[\]]*:/.test(text);
	return isBareAddress ? `[${text}]` : text.replace(/:\d*$/, '').replace(/\.$/, '');
}
