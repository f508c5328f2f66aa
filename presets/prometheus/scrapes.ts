import type { IncomingMessage } from 'node:http';
import { processState } from '../../lib/runtime/process-state.js';

/** Where our page is mounted on servers of the application. */
const mounts = processState('prometheus/scrapes', () => ({
	/** The paths at which it was asked for, and those configured with no server of ours. */
	paths: new Set<string>(),
	/** The paths configured beside a server of ours: somebody else's, unless a handler was made. */
	configured: new Set<string>(),
	handlers: false,
}));

/** More than this are not our mounts but somebody's wildcard route. */
const MAX_PATHS = 20;

/** Remembers that the page stands at this path of a server of the application. */
export function mountedAt(at: string | IncomingMessage): void {
	remember(mounts.paths, typeof at === 'string' ? at : pathOf(at));
}

/** Remembers where the page is to be mounted, if a handler is made. */
export function configuredAt(path: string): void {
	remember(mounts.configured, path);
}

/** A handler was made, and will be mounted at `prometheus.path`: so the first scrape is known before it is answered. */
export function handlerMade(): void {
	mounts.handlers = true;
}

/** Whether a request asks for our own page: for instrumentations of servers, which then make no span of it. */
export function isOwnScrape(request: { readonly url?: string | undefined }): boolean {
	const path = pathOf(request);
	return path !== undefined && (mounts.paths.has(path) || (mounts.handlers && mounts.configured.has(path)));
}

function remember(paths: Set<string>, path: string | undefined): void {
	if (path !== undefined && paths.size < MAX_PATHS) paths.add(path);
}

/** Express cuts its mount off `url`, and keeps the whole in `originalUrl`. */
function pathOf(request: { readonly url?: string | undefined; readonly originalUrl?: unknown }): string | undefined {
	const { originalUrl, url } = request;
	return (typeof originalUrl === 'string' ? originalUrl : url)?.replace(/[?#].*$/s, '');
}
