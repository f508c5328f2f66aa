import { shared } from '../../lib/runtime/shared.js';
import type { InstrumentationOptions } from './selection.js';

/** The servers that the toolkit opens itself. */
const servers = shared('presets/own-servers', () => new WeakSet<object>());

/** Says that requests to this server are ours: a scrape of our own `/metrics` is no work of the application. */
export function ownServer(server: object): void {
	servers.add(server);
}

/** So much of an incoming request as is looked at. */
interface Incoming {
	/** Node keeps the server on each of its sockets; its types do not say so. */
	readonly socket?: { readonly server?: unknown };
}

/** The options of the http instrumentation, with requests to our servers left out; those of any other as they are. */
export function ignoreOwnRequests(name: string, options: InstrumentationOptions): InstrumentationOptions {
	if (name !== 'http') return options;
	const { ignoreIncomingRequestHook: theirs } = options;
	return {
		...options,
		ignoreIncomingRequestHook: (request: Incoming) =>
			isOwn(request) || (typeof theirs === 'function' && Boolean(theirs(request))),
	};
}

function isOwn({ socket }: Incoming): boolean {
	const server = socket?.server;
	return typeof server === 'object' && server !== null && servers.has(server);
}
