import type { Counter } from '@opentelemetry/api';
import type { JoinPointFacts } from '../invocation/advice.js';
import { warnOnce } from '../runtime/log-once.js';
import { SCOPE } from '../runtime/version.js';
import { type Instruments, instruments } from './instruments.js';
import { pointLabels } from './labels.js';

/** The most counters of an application under one meter provider; a name that holds an id would create one for each id. */
const MAX_COUNTERS = 100;

/** The names of instruments that OpenTelemetry accepts. */
const LEGAL_NAME = /^[A-Za-z][\w./-]{0,254}$/;

const countersOf = new WeakMap<Instruments, Map<string, Counter>>();

/** The attributes by the facts of a method: they are the same for all of its calls. */
const attributesOf = new WeakMap<JoinPointFacts, Readonly<Record<string, string>>>();

/** Returns the attributes that identify a method on metrics: path and context, or the function's name. Frozen. */
export function metricAttributes(point: JoinPointFacts): Readonly<Record<string, string>> {
	let attributes = attributesOf.get(point);
	if (attributes === undefined) {
		attributes = Object.freeze(pointLabels(point));
		attributesOf.set(point, attributes);
	}
	return attributes;
}

/**
 * Adds to a counter of the application, with the attributes of a method. Has no effect while no meter provider is
 * registered. A wrong argument is logged once and ignored. Never throws, unless the meter provider does.
 */
export function count(point: JoinPointFacts, name: unknown, by: unknown): void {
	if (!isLegalName(name) || !isLegalAmount(by)) return;
	const current = instruments();
	if (current !== undefined) counterOf(current, name)?.add(by, metricAttributes(point));
}

/** Returns the counter with a name; undefined, which is logged once, for a new name beyond the limit. */
function counterOf(current: Instruments, name: string): Counter | undefined {
	let counters = countersOf.get(current);
	if (counters === undefined) {
		counters = new Map();
		countersOf.set(current, counters);
	}
	const known = counters.get(name);
	if (known !== undefined) return known;
	if (counters.size >= MAX_COUNTERS) {
		warnOnce(
			'invocation.count.limit',
			`count() got more than ${MAX_COUNTERS} different names; the others are ignored. Write a constant name, without ids.`,
		);
		return undefined;
	}
	const counter = current.meter(`${SCOPE}/application`).createCounter(name);
	counters.set(name, counter);
	return counter;
}

/** True for a name that an application may give a counter; else logs the rule that it breaks. */
function isLegalName(name: unknown): name is string {
	if (typeof name === 'string' && LEGAL_NAME.test(name) && !name.startsWith('agentese.')) return true;
	const got = typeof name === 'string' ? `'${name.slice(0, 80)}'` : typeof name;
	warnOnce(
		'invocation.count.name',
		`count() accepts the name of a counter: a letter, then up to 254 letters, digits, '_', '.', '-' and '/', and not ` +
			`'agentese.' at its begin, which belongs to the toolkit. It got ${got}, which is ignored. Write count('app.retries').`,
	);
	return false;
}

/** True for what a counter may be increased by; else logs that it is ignored. */
function isLegalAmount(by: unknown): by is number {
	if (typeof by === 'number' && Number.isFinite(by) && by >= 0) return true;
	warnOnce(
		'invocation.count.by',
		`count() increases a counter by a finite number of at least 0; it got ${typeof by === 'number' ? by : typeof by}, which is ignored.`,
	);
	return false;
}
