import { nearest } from '../../lib/agentese/errors/nearest.js';
import type { PathFault } from '../common/error.js';
import { ConfigurationError } from '../common/error.js';
import { isObject } from '../common/layer.js';
import { INSTRUMENTATIONS, shortName } from './instrumentation-names.js';

/** The options of one instrumentation. They are passed to its constructor unchecked. */
export type InstrumentationOptions = Readonly<Record<string, unknown>>;

/** The values of `autoInstrumentation`: all, none, or an object that names instrumentations. */
export type AutoInstrumentation = boolean | object;

/** The instrumentations to load: all of the metapackage, or named ones with their options. */
export type InstrumentationSelection =
	| { readonly all: true }
	| {
			readonly all: false;
			/** The options by name: a short name such as `http`, or the name of a package with a scope. */
			readonly named: ReadonlyMap<string, InstrumentationOptions>;
	  };

/** No instrumentation: nothing is loaded. */
const NO_INSTRUMENTATIONS: InstrumentationSelection = { all: false, named: new Map() };

/**
 * Reads the value of `autoInstrumentation`. `true` selects all. `{ include: [http, pg] }` selects the listed ones, and
 * `{ http: { … } }` selects one with options; both may be combined. `{ http: false }` removes one again.
 *
 * @param value - the merged value of the config
 * @param source - the source of the value, for messages
 * @throws ConfigurationError if a name is not an instrumentation, with the nearest one that is. A package name with its
 * scope (`@fastify/otel`) is accepted without a check.
 */
export function selectInstrumentations(
	value: AutoInstrumentation | undefined,
	source: string,
): InstrumentationSelection {
	if (value === true) return { all: true };
	if (typeof value !== 'object' || value === null) return NO_INSTRUMENTATIONS;
	const named = new Map<string, InstrumentationOptions>();
	const { include = [], ...options } = value as { include?: readonly unknown[] } & Record<string, unknown>;
	for (const name of include) named.set(shortName(String(name)), {});
	for (const [key, option] of Object.entries(options)) {
		const name = shortName(key);
		if (option === false || (isObject(option) && option['enabled'] === false)) named.delete(name);
		else if (option !== undefined) named.set(name, isObject(option) ? option : {});
	}
	// `loadConfig` has refused these already; the check is for values that come from elsewhere.
	const faults = instrumentationFaults(value, source);
	if (faults.length > 0) throw new ConfigurationError(faults);
	return { all: false, named };
}

/** Returns a fault for each name in the value of `autoInstrumentation` that is not an instrumentation. */
export function instrumentationFaults(value: AutoInstrumentation | undefined, source: string): PathFault[] {
	if (typeof value !== 'object' || value === null) return [];
	const { include = [], ...options } = value as { include?: readonly unknown[] } & Record<string, unknown>;
	return [
		...include.flatMap((name, index) => faultOf(String(name), ['include', index], source)),
		...Object.keys(options).flatMap((name) => faultOf(name, [name], source)),
	];
}

/** @param below - the path of the name within `autoInstrumentation` */
function faultOf(name: string, below: readonly PropertyKey[], source: string): PathFault[] {
	if (INSTRUMENTATIONS.includes(shortName(name)) || /^@[^/]+\/./.test(name)) return [];
	const [near] = nearest(name.toLowerCase(), INSTRUMENTATIONS, 1);
	const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
	const message =
		`"autoInstrumentation" got '${name}', which is not an instrumentation; legal: ${INSTRUMENTATIONS.join(', ')}, ` +
		`or the name of a package with its scope.${hint}`;
	return [{ source, key: 'autoInstrumentation', path: ['autoInstrumentation', ...below], message }];
}
