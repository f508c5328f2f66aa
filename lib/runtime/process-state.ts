/**
 * The key on `globalThis` under which the process-wide state is stored: a registered symbol, as OpenTelemetry's own API
 * uses. The number in it is the version of the layout: two releases with different layouts do not share state.
 */
const KEY = Symbol.for('agentese-otel.shared.1');

/**
 * Returns the process-wide value of a name, and creates it on first use.
 *
 * State that must exist once per process is kept this way because the package may be loaded twice: as ESM by the
 * application, and as CommonJS by a test runner or a bundle.
 *
 * @param name - unique within the toolkit; by convention the path of the module that owns the value
 * @param create - called once per process, when the name is used for the first time
 */
export function processState<T>(name: string, create: () => T): T {
	const host = globalThis as { [KEY]?: Map<string, unknown> };
	host[KEY] ??= new Map();
	const values = host[KEY];
	if (!values.has(name)) values.set(name, create());
	return values.get(name) as T;
}
