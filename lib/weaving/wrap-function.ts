import type { AdviceSpec } from '../invocation/advice.js';
import { wrapperMember } from './declarations.js';
import { checkOptions } from './decorate.js';
import { Member } from './member.js';
import { type Fn, wrap } from './wrapper.js';

/**
 * Wraps a function that stands alone. A function that was wrapped so before gets one wrapper with both decorators'
 * advices; the one given stays as it is.
 *
 * @throws TypeError for what is no function, or is a class
 * @throws DecorationError for wrong options
 */
export function wrapFunction<F extends Fn>(spec: AdviceSpec, fn: F, options: object): F {
	const word = `${spec.name.toLowerCase()}()`;
	if (typeof fn !== 'function')
		throw new TypeError(`${word} takes a function; it got ${fn === null ? 'null' : typeof fn}.`);
	if (/^class\b/.test(Function.prototype.toString.call(fn))) {
		throw new TypeError(
			`${word} takes a function; it got the class ${fn.name}. Use @${spec.name} or weave() for a class.`,
		);
	}
	const name = fn.name === '' ? 'anonymous' : fn.name;
	const said = { spec, options: checkOptions(spec, options, name), level: 'member' } as const;
	const known = wrapperMember(fn);
	const member = new Member(name, 'function', false);
	if (known?.kind === 'function') for (const saying of known.sayings) member.say(saying);
	member.say(said);
	member.woven = true;
	// A wrapper's prototype is its original.
	return wrap(member, known?.kind === 'function' ? (Object.getPrototypeOf(fn) as F) : fn);
}
