import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import type { Settlement, Settler } from './common/settlement.js';

/** Removes what was registered. A second call does nothing. */
export type Unregister = () => void;

/** The settlers, the newest first. The list is replaced, never changed, so that a settler may register another one. */
const registered = processState('settling/settler-registry', () => ({ settlers: [] as readonly Settler[] }));

/**
 * Registers a settler, which follows one more kind of result. The newest settler is tried first, and all settlers
 * before the toolkit's own rules. A plain native promise is not passed to settlers, but its value is.
 *
 * @param settler - a name for messages, `accepts(value)` and `settle(value, settlement)`
 * @returns a function that removes it again
 * @throws TypeError if the settler lacks its name or one of its two methods
 *
 * @example
 * ```ts
 * import { registerSettler } from 'agentese-otel/extend';
 *
 * class Job {
 * 	onDone: (report: string) => void = () => {};
 * }
 * const unregister = registerSettler({
 * 	name: 'job',
 * 	accepts: (value) => value instanceof Job,
 * 	settle: (value, settlement) => Object.assign(value, { onDone: (report: string) => settlement.done(report) }),
 * });
 * unregister(); // => undefined
 * registerSettler({ name: 'job' } as never); // throws TypeError: registerSettler() accepts a settler
 * ```
 */
export function registerSettler(settler: Settler): Unregister {
	assertSettler(settler);
	registered.settlers = [settler, ...registered.settlers];
	let active = true;
	return () => {
		if (!active) return;
		active = false;
		const index = registered.settlers.indexOf(settler);
		registered.settlers = registered.settlers.toSpliced(index, 1);
	};
}

/** Returns the newest registered settler that accepts the value; undefined if none does. Never throws. */
export function settlerFor(value: object): Settler | undefined {
	for (const settler of registered.settlers) {
		try {
			if (settler.accepts(value)) return settler;
		} catch (error) {
			warnOnce(
				`settler.accepts:${settler.name}`,
				`the settler '${settler.name}' threw in accepts(), which counts as false. Let it return true or false.`,
				error,
			);
		}
	}
	return undefined;
}

/**
 * Lets a settler follow the value, and returns what it returns. If it throws, the result ends as complete, and the
 * value itself is returned.
 */
export function settleBy(settler: Settler, value: object, settlement: Settlement): unknown {
	try {
		return settler.settle(value, settlement);
	} catch (error) {
		warnOnce(
			`settler.settle:${settler.name}`,
			`the settler '${settler.name}' threw in settle(); its value was returned unchanged, and counts as complete.`,
			error,
		);
		settlement.done(value);
		return value;
	}
}

/** @throws TypeError if the argument of `registerSettler()` is no settler */
function assertSettler(settler: unknown): asserts settler is Settler {
	const wrong = faultOf(settler);
	if (wrong === undefined) return;
	throw new TypeError(
		`registerSettler() accepts a settler { name, accepts(value), settle(value, settlement) }, but ${wrong}. ` +
			'Pass all three: a string and two functions.',
	);
}

/** Returns what is wrong with the settler, as the end of a sentence; undefined if nothing is. */
function faultOf(settler: unknown): string | undefined {
	if (typeof settler !== 'object' || settler === null) return `got ${settler === null ? 'null' : typeof settler}`;
	const { name, accepts, settle } = settler as Record<string, unknown>;
	if (typeof name !== 'string' || name === '') return 'its name is not a string, or is empty';
	if (typeof accepts !== 'function') return `'accepts' of '${name}' is ${typeof accepts}`;
	if (typeof settle !== 'function') return `'settle' of '${name}' is ${typeof settle}`;
	return undefined;
}
