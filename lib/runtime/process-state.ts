/**
 * State that must exist once per process, although the package may be loaded twice: as ESM by the application and
 * as CommonJS by a test runner or a bundle.
 *
 * It lives on `globalThis` under a registered symbol, as OpenTelemetry's own API does. The number in the key is the
 * layout's version: two releases with different layouts do not touch each other's state.
 */
const KEY = Symbol.for('agentese-otel.shared.1');

/**
 * Answers the process-wide value of that name, made by `make` on first use.
 *
 * @param name - unique within the toolkit, by convention the module's path
 */
export function processState<T>(name: string, make: () => T): T {
	const host = globalThis as { [KEY]?: Map<string, unknown> };
	host[KEY] ??= new Map();
	const values = host[KEY];
	if (!values.has(name)) values.set(name, make());
	return values.get(name) as T;
}
