import { OTHER } from '../../instruments/labels.js';
import type { LiveInvocation } from '../../invocation/advice.js';
import { warnOnce } from '../../runtime/log-once.js';
import type { JoinPoint } from '../../weaving/join-points/join-point.js';

/** The values of calls that end: the metrics and the span of a call get the same ones. */
const known = new WeakMap<LiveInvocation, Readonly<Record<string, string>>>();

/**
 * Returns the attributes that the option `attributes` of `@Metered` declares, each with one of its legal values;
 * undefined if the method declares none. A `from` that throws is logged once and gives `_OTHER`. Never throws.
 */
export function declaredAttributes(invocation: LiveInvocation): Readonly<Record<string, string>> | undefined {
	const { options, advices, functionName } = invocation.point as JoinPoint;
	const declared = options.meteredAttributes;
	if (declared === undefined) return undefined;
	const before = known.get(invocation);
	if (before !== undefined) return before;
	const values: Record<string, string> = {};
	for (const [key, { from, values: legal }] of Object.entries(declared)) {
		let value: unknown;
		try {
			value = from(invocation.args as never, invocation.self as never);
		} catch (error) {
			warnOnce(`metered.from.${key}`, `the metered attribute '${key}' of ${functionName} threw.`, error);
		}
		values[key] = typeof value === 'string' && legal.includes(value) ? value : OTHER;
	}
	// With one advice nothing asks a second time.
	if (advices.length > 1) known.set(invocation, values);
	return values;
}
