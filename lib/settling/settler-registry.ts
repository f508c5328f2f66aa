import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import type { Settlement, Settler } from './common/settlement.js';

/** Takes a registered settler back; a second call does nothing. */
export type Unregister = () => void;

/** The list is replaced, never changed, so that a settler may register another while it is asked. */
const registered = processState('settling/settler-registry', () => ({ settlers: [] as readonly Settler[] }));

/**
 * Teaches the toolkit one more kind of result. The newest settler is asked first, all of them before the toolkit's own
 * rules and after plain native promises (whose value is asked about instead).
 *
 * @param settler - a name for messages, `accepts(value)` and `settle(value, settlement)`
 * @returns a function that takes it back
 * @throws TypeError where the settler lacks its name or one of its two methods
 */
export function registerSettler(settler: Settler): Unregister {
	check(settler);
	registered.settlers = [settler, ...registered.settlers];
	let here = true;
	return () => {
		if (!here) return;
		here = false;
		const index = registered.settlers.indexOf(settler);
		registered.settlers = registered.settlers.toSpliced(index, 1);
	};
}

/** The newest registered settler that knows the value. */
export function settlerFor(value: object): Settler | undefined {
	for (const settler of registered.settlers) {
		try {
			if (settler.accepts(value)) return settler;
		} catch (error) {
			warnOnce(
				`settler.accepts:${settler.name}`,
				`the settler '${settler.name}' threw in accepts(), which counts as false; let it answer true or false.`,
				error,
			);
		}
	}
	return undefined;
}

/** Lets a registered settler settle the value; one that throws leaves the value as it is, and the result whole. */
export function settleBy(settler: Settler, value: object, settlement: Settlement): unknown {
	try {
		return settler.settle(value, settlement);
	} catch (error) {
		warnOnce(
			`settler.settle:${settler.name}`,
			`the settler '${settler.name}' threw in settle(); its value was passed on as it is and counts as whole.`,
			error,
		);
		settlement.done(value);
		return value;
	}
}

function check(settler: unknown): asserts settler is Settler {
	const wrong = fault(settler);
	if (wrong === undefined) return;
	throw new TypeError(
		`registerSettler() takes a settler { name, accepts(value), settle(value, settlement) }, but ${wrong}. ` +
			'Give it all three: a string and two functions.',
	);
}

function fault(settler: unknown): string | undefined {
	if (typeof settler !== 'object' || settler === null) return `got ${settler === null ? 'null' : typeof settler}`;
	const { name, accepts, settle } = settler as Record<string, unknown>;
	if (typeof name !== 'string' || name === '') return 'its name is no string with letters';
	if (typeof accepts !== 'function') return `'accepts' of '${name}' is ${typeof accepts}`;
	if (typeof settle !== 'function') return `'settle' of '${name}' is ${typeof settle}`;
	return undefined;
}
