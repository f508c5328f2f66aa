import type { AdviceSpec } from '../invocation/advice.js';
import { rememberDeclared } from '../rules/declared.js';
import { wrapperMember } from './declarations/declarations.js';
import { Member } from './declarations/member.js';
import { checkOptions } from './decorate.js';
import { invocationOptionsOf } from './join-points/join-point.js';
import { type Fn, wrap } from './wrapper.js';

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
	const name = fn.name === '' ? 'anonymous' : fn.name;
	const decorator = { spec, options: checkOptions(spec, options, name), level: 'member' } as const;
	const known = wrapperMember(fn);
	const member = new Member(name, 'function', false);
	if (known?.kind === 'function') for (const earlier of known.decorators) member.addDecorator(earlier);
	member.addDecorator(decorator);
	member.woven = true;
	// The metrics of its path exist before its first call.
	if (invocationOptionsOf(member).path !== undefined) rememberDeclared(member);
	// The prototype of a wrapper is its original function.
	return wrap(member, known?.kind === 'function' ? (Object.getPrototypeOf(fn) as F) : fn);
}
