import type { AdviceSpec } from '../invocation/advice.js';
import { redactTextAtWrite } from '../redaction/settings.js';
import { rememberDeclared } from '../rules/declared.js';
import { wrapperMember } from './declarations/declarations.js';
import { Member } from './declarations/member.js';
import { checkOptions } from './decorate.js';
import { invocationOptionsOf } from './join-points/join-point.js';
import { type Fn, wrap } from './wrapper.js';

/** The name of a function that has none. */
const ANONYMOUS = 'anonymous';

/**
 * Implements `traced()` and `metered()`: returns the woven form of a function that is no member of a class. A function
 * that one of them has returned gets one new wrapper with the advices of both; the function passed in stays unchanged.
 *
 * @throws TypeError if `fn` is no function, or is a class
 * @throws DecorationError if the options are wrong
 */
export function wrapFunction<F extends Fn>(spec: AdviceSpec, fn: F, options: unknown): F {
	const caller = `${spec.name.toLowerCase()}()`;
	if (typeof fn !== 'function') {
		throw new TypeError(`${caller} accepts a function; it got ${fn === null ? 'null' : typeof fn}.`);
	}
	if (/^class\b/.test(Function.prototype.toString.call(fn))) {
		throw new TypeError(
			`${caller} accepts a function; it got the class ${fn.name}. Use @${spec.name} or instrument() for a class.`,
		);
	}
	const known = wrapperMember(fn);
	const checked = checkOptions(spec, options, fn.name === '' ? ANONYMOUS : fn.name);
	const given = known?.name === ANONYMOUS ? undefined : known?.name;
	const name = fn.name || given || nameOption(checked) || ANONYMOUS;
	const decorator = { spec, options: checked, level: 'member' } as const;
	const member = new Member(name, 'function', false);
	if (known?.kind === 'function') for (const earlier of known.decorators) member.addDecorator(earlier);
	member.addDecorator(decorator);
	member.woven = true;
	// The metrics of its path exist before its first call.
	if (invocationOptionsOf(member).path !== undefined) rememberDeclared(member);
	// The prototype of a wrapper is its original function.
	return wrap(member, known?.kind === 'function' ? (Object.getPrototypeOf(fn) as F) : fn);
}

/** Returns the option `name` without secrets, if it is a text: it names a function that has no name of its own. */
function nameOption(options: object): string | undefined {
	const { name } = options as { name?: unknown };
	return typeof name === 'string' ? redactTextAtWrite('name', name) : undefined;
}
