import { processState } from '../../lib/runtime/process-state.js';

/** The paths at which servers of the application serve the metrics page. */
const mounts = processState('prometheus/scrapes', () => ({
	/** The paths at which a handler received a request, and the configured paths of presets without a server. */
	paths: new Set<string>(),
	/**
	 * The configured paths of presets with a server. On a server of the application such a path belongs to the
	 * application, unless a handler was created.
	 */
	configured: new Set<string>(),
	/** True once a handler was created. */
	hasHandler: false,
}));

/** The most paths that are remembered: more of them come from a wildcard route of the application. */
const MAX_PATHS = 20;

/** Remembers a path at which a server of the application serves the page, or the path of a request to it. */
export function addMountPath(at: string | { readonly url?: string | undefined }): void {
	remember(mounts.paths, typeof at === 'string' ? at : pathOf(at));
}

/** Remembers the path of a preset's own server. A handler is expected to be mounted at the same path. */
export function addConfiguredPath(path: string): void {
	remember(mounts.configured, path);
}

/**
 * Remembers that a handler was created. It is expected to be mounted at `prometheus.path`, so that the first scrape is
 * recognized before it is handled.
 */
export function markHandlerCreated(): void {
	mounts.hasHandler = true;
}

/** Returns true if a request is for the metrics page. Instrumentations of servers then create no span for it. */
export function isOwnScrape(request: { readonly url?: string | undefined }): boolean {
	const path = pathOf(request);
	return path !== undefined && (mounts.paths.has(path) || (mounts.hasHandler && mounts.configured.has(path)));
}

function remember(paths: Set<string>, path: string | undefined): void {
	if (path !== undefined && paths.size < MAX_PATHS) paths.add(path);
}

/** Returns the path of a request. Express removes its mount path from `url`, and keeps all of it in `originalUrl`. */
function pathOf(request: { readonly url?: string | undefined; readonly originalUrl?: unknown }): string | undefined {
	const { originalUrl, url } = request;
	return (typeof originalUrl === 'string' ? originalUrl : url)?.replace(/[?#].*$/s, '');
}
