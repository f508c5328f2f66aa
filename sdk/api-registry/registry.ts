// The registry of OpenTelemetry's API, as the copy of the API that is bundled into `agentese-otel` reads and writes it. The
// build puts this in the place of that copy's own module, `internal/global-utils`.
//
// Every copy of API 1.x keeps what is registered in one object on `globalThis`, which bears the version of the copy that
// created it. A copy reads what its own minor version or a newer one created, and registers only with its own version: beside
// an application with API 1.9, the unchanged module would register nothing and read nothing, without a message. This one reads
// the object whatever its version is, and registers in such a way that the application's copy can read it.
import * as application from '../../lib/runtime/application-api.js';

/** What is registered once per process. */
type Name = 'trace' | 'metrics' | 'logs' | 'context' | 'propagation' | 'diag';

/** The registry: what is registered, by name. */
interface Registry extends Partial<Record<Name, object>> {
	/** The version of the API for which something is registered. It cannot be changed. */
	readonly version?: string;
}

/** The part of the API's diag logger that is used. */
interface Diag {
	error(message: string): void;
}

/** The key of the registry on `globalThis`. */
const KEY = Symbol.for('opentelemetry.js.api.1');

/** The key of the logger provider of `@opentelemetry/api-logs`, which API 1.9 has beside it. */
const LOGS_KEY = Symbol.for('io.opentelemetry.js.api.logs');

/** The version of the functions under `LOGS_KEY`. All releases of `@opentelemetry/api-logs` have it. */
const LOGS_VERSION = 1;

/** The highest minor version that is tried for an application with a newer API. */
const MAX_MINOR = 99;

/** Both registries of the process. */
const host = globalThis as {
	[KEY]?: Registry | undefined;
	[LOGS_KEY]?: ((version: number) => unknown) | undefined;
};

/** Returns the minor version of an API 1.x; 0 if it is none. */
function minorOf(version: string | undefined): number {
	return Number(/^1\.(\d+)\./.exec(version ?? '')?.[1] ?? 0);
}

/** Whether the application's copy of the API reads a registry. It is tried with what is registered, or with a probe. */
function isReadByApplication(registry: Registry): boolean {
	const registered = registry.metrics;
	const probe = registered ?? { getMeter: () => undefined };
	registry.metrics = probe;
	const isRead = application.metrics.getMeterProvider() === probe;
	if (registered === undefined) delete registry.metrics;
	return isRead;
}

/** Returns the registry of the process. If there is none, the application's copy creates it, with its own version. */
function currentRegistry(): Registry {
	if (host[KEY] === undefined || host[KEY] === null) {
		application.propagation.setGlobalPropagator({ inject: () => undefined, extract: (ctx) => ctx, fields: () => [] });
		application.propagation.disable();
	}
	host[KEY] ??= {};
	return host[KEY];
}

/** Replaces the registry by one with the same members and another version. Copies of the API look it up at each use. */
function replaceRegistry({ version: _, ...members }: Registry, version: string): Registry {
	const registry: Registry = Object.defineProperty(members, 'version', { value: version, enumerable: true });
	host[KEY] = registry;
	return registry;
}

/**
 * Creates the three functions that a copy of the API calls for its registry.
 *
 * @param version - the version of that copy
 */
export function createApiRegistry(version: string) {
	/** What was registered here and is still registered. */
	const own = new Map<Name, object>();
	/** The version that the registry had before it was raised; undefined while it is not raised. */
	let formerVersion: string | undefined;

	/** Returns a registry that both this copy and the application's copy can read. */
	function commonRegistry(): Registry {
		let registry = currentRegistry();
		let minor = Math.max(minorOf(version), minorOf(registry.version));
		if (minorOf(registry.version) >= minor && isReadByApplication(registry)) return registry;
		formerVersion ??= registry.version ?? version;
		do registry = replaceRegistry(registry, `1.${minor}.0`);
		while (!isReadByApplication(registry) && minor++ < MAX_MINOR);
		return registry;
	}

	/**
	 * Gives the registry its former version back after the last of ours was unregistered: no SDK of an older API could
	 * be registered otherwise.
	 */
	function restoreVersion(): void {
		const registry = host[KEY];
		for (const [name, instance] of own) if (registry?.[name] !== instance) own.delete(name);
		if (own.size > 0 || formerVersion === undefined) return;
		if (registry !== undefined && registry !== null) replaceRegistry(registry, formerVersion);
		formerVersion = undefined;
	}

	/** Registers an instance. @returns false, with an error in the diag logger, if another one is registered */
	function registerGlobal(name: Name, instance: object, diag: Diag, allowOverride = false): boolean {
		const registry = commonRegistry();
		if (!allowOverride && registry[name] !== undefined) {
			diag.error(new Error(`@opentelemetry/api: Attempted duplicate registration of API: ${name}`).stack ?? '');
			restoreVersion();
			return false;
		}
		// Tracers that the application's copy returned before are connected by its proxy. It is read before the registration.
		const proxy = name === 'trace' ? application.trace.getTracerProvider() : undefined;
		registry[name] = instance;
		own.set(name, instance);
		if (hasDelegate(proxy)) proxy.setDelegate(instance);
		if (name === 'logs') host[LOGS_KEY] ??= (requested) => (requested === LOGS_VERSION ? instance : undefined);
		return true;
	}

	/** Returns what is registered, whichever copy registered it. */
	function getGlobal(name: Name): object | undefined {
		return host[KEY]?.[name];
	}

	/** Removes what is registered. */
	function unregisterGlobal(name: Name): void {
		const registry = host[KEY];
		if (registry === undefined || registry === null) return;
		if (name === 'logs' && host[LOGS_KEY]?.(LOGS_VERSION) === registry.logs) delete host[LOGS_KEY];
		const wasOwn = own.has(name) && own.get(name) === registry[name];
		delete registry[name];
		// Creates a new proxy in the application's copy, so that later tracers do not use the removed provider.
		if (name === 'trace' && wasOwn) application.trace.disable();
		restoreVersion();
	}

	return { registerGlobal, getGlobal, unregisterGlobal };
}

/** Whether a tracer provider is the API's proxy, which passes on to the provider that it is given. */
function hasDelegate(provider: object | undefined): provider is { setDelegate(provider: object): void } {
	return typeof (provider as { setDelegate?: unknown } | undefined)?.setDelegate === 'function';
}
