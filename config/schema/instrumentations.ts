import { nearest } from '../../lib/agentese/errors/nearest.js';
import type { PathFault } from '../common/error.js';
import { ConfigurationError } from '../common/error.js';
import { INSTRUMENTATIONS, shortName } from './instrumentation-names.js';

/** What an instrumentation is made with; each one knows its own options. */
export type InstrumentationOptions = Readonly<Record<string, unknown>>;

/** What may be said under `autoInstrumentation`. */
export type AutoInstrumentation = boolean | object;

/** All of the metapackage, or those that were named, with their options; nothing is loaded where none is. */
export type Selection =
	| { readonly all: true }
	| { readonly all: false; readonly named: ReadonlyMap<string, InstrumentationOptions> };

/** Said by whoever wants none. */
export const NONE: Selection = { all: false, named: new Map() };

/**
 * Reads `autoInstrumentation`: `true` is all of them, `{ include: [http, pg] }` and `{ http: { … } }` are those named,
 * the latter with options. Both may be said together; `{ http: false }` takes one out.
 *
 * @param source - who said it, for messages
 * @throws ConfigurationError where a name is none, with the nearest that is; a package's whole name with its scope
 * (`@fastify/otel`) is taken as it is
 */
export function select(said: AutoInstrumentation | undefined, source: string): Selection {
	if (said === true) return { all: true };
	if (typeof said !== 'object' || said === null) return NONE;
	const named = new Map<string, InstrumentationOptions>();
	const { include = [], ...options } = said as { include?: readonly unknown[] } & Record<string, unknown>;
	for (const name of include) named.set(shortName(String(name)), {});
	for (const [key, value] of Object.entries(options)) {
		const name = shortName(key);
		if (value === false || (isOptions(value) && value['enabled'] === false)) named.delete(name);
		else if (value !== undefined) named.set(name, isOptions(value) ? value : {});
	}
	const faults = faultsOfNames(said, source);
	if (faults.length > 0) throw new ConfigurationError(faults);
	return { all: false, named };
}

/** A fault for each name that is none, with the path to it: what `loadConfig` refuses together with all others. */
export function faultsOfNames(said: AutoInstrumentation | undefined, source: string): PathFault[] {
	if (typeof said !== 'object' || said === null) return [];
	const { include = [], ...options } = said as { include?: readonly unknown[] } & Record<string, unknown>;
	return [
		...include.flatMap((name, index) => faultOf(String(name), ['include', index], source)),
		...Object.keys(options).flatMap((name) => faultOf(name, [name], source)),
	];
}

function isOptions(value: unknown): value is InstrumentationOptions {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function faultOf(name: string, below: readonly PropertyKey[], source: string): PathFault[] {
	if (INSTRUMENTATIONS.includes(shortName(name)) || /^@[^/]+\/./.test(name)) return [];
	const [near] = nearest(name.toLowerCase(), INSTRUMENTATIONS, 1);
	const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
	const message =
		`"autoInstrumentation" got '${name}', which is no instrumentation; legal: ${INSTRUMENTATIONS.join(', ')}, ` +
		`or the name of a package with its scope.${hint}`;
	return [{ source, key: 'autoInstrumentation', path: ['autoInstrumentation', ...below], message }];
}
