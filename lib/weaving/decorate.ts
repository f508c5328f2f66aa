import { DecorationError } from '../agentese/errors/errors.js';
import { nearest } from '../agentese/errors/nearest.js';
import { valueInWords } from '../agentese/errors/value-in-words.js';
import type { AdviceSpec } from '../invocation/advice.js';
import { wrapperMember } from './declarations/declarations.js';
import {
	type AnyClass,
	type DecoratorTarget,
	memberOfClass,
	readTarget,
	targetNames,
} from './declarations/decorator-target.js';
import type { Member } from './declarations/member.js';
import { nameOfClass } from './declarations/prototype-chain.js';
import { type Fn, wrap } from './wrapper.js';

/**
 * Implements every weaving decorator, in both standards, bare or called with options.
 *
 * @param args - the arguments of the decorator function: a class or a member, to which it is applied at once, or
 *   options
 * @returns what the standard expects of a decorator; the decorator itself if `args` are options
 * @throws DecorationError if the options or the target are wrong
 */
export function decorate(spec: AdviceSpec, args: readonly unknown[]): unknown {
	const target = readTarget(args);
	if (target !== undefined) return applyTo(spec, checkOptions(spec, {}, target), target);
	const options = args[0] ?? {};
	const surplus = args.slice(1).some((arg) => arg !== undefined);
	return (...targetArgs: unknown[]): unknown => {
		const decorated = readTarget(targetArgs);
		if (decorated === undefined) {
			throw wrongTarget(spec.name, 'something that is neither a class nor a member of one');
		}
		const checked = checkOptions(spec, options, decorated);
		if (surplus) throw surplusArguments(spec, args.length, decorated);
		return applyTo(spec, checked, decorated);
	};
}

/** Returns the error for a decorator that was called with more than its options. */
function surplusArguments(spec: AdviceSpec, count: number, target: DecoratorTarget): DecorationError {
	const { textOption } = spec;
	return new DecorationError({
		decorator: `@${spec.name}`,
		...targetNames(target),
		rule: `@${spec.name} accepts one argument: its options${textOption === undefined ? '' : `, or the ${textOption} alone`}.`,
		got: `${count} arguments`,
		wayOut: textOption === undefined ? `@${spec.name}({ … })` : `@${spec.name}({ ${textOption}: '…', … })`,
	});
}

/** Applies a decorator to its target, and returns what the standard expects. */
function applyTo(spec: AdviceSpec, options: object, target: DecoratorTarget): unknown {
	if (target.type === 'parameter') throw wrongTarget(spec.name, 'a parameter', target.owner, target.key);
	if (target.type === 'class') return applyToClass(spec, options, target.cls);
	const member = target.member();
	refuseContradiction(spec.name, member, target.className);
	member.addDecorator({ spec, options, level: 'member' });
	if (target.tc39 !== undefined) return weaveTC39(member, target.kind, target.value);
	return weaveLegacy(member, target);
}

/**
 * Refuses `@Traced` and `@Untraced` on one member, in either order.
 *
 * @param name - the name of the decorator that is being applied
 * @throws DecorationError if the member has the other one
 */
export function refuseContradiction(name: string, member: Member, className: string): void {
	const isTraced =
		name === 'Traced' || member.decorators.some(({ level, spec }) => level === 'member' && spec.name === 'Traced');
	if (!isTraced || !(name === 'Untraced' || member.untraced)) return;
	throw new DecorationError({
		decorator: `@${name}`,
		class: className,
		member: member.name,
		rule: 'A method has one of the two at most.',
		got: '@Traced and @Untraced together',
		wayOut: 'leaving one of them out',
	});
}

/** Returns what replaces the member in the TC39 standard; undefined if another decorator has replaced it already. */
function weaveTC39(member: Member, kind: Member['kind'], value: unknown): unknown {
	// A second decorator on the member finds it woven: it has added its advice above, and replaces nothing.
	const isFirst = !member.woven;
	member.woven = true;
	if (kind === 'field') return isFirst ? (initial: unknown) => weaveValue(member, initial) : undefined;
	if (!isFirst) return undefined;
	if (kind !== 'accessor') return wrap(member, value as Fn);
	const { get, set } = value as { get: Fn; set: Fn };
	return { get: wrap(member, get), set: wrap(member, set) };
}

/** Returns the wrapper of a field's function. Values that are no function, and wrappers, are returned as they are. */
function weaveValue(member: Member, value: unknown): unknown {
	return typeof value === 'function' && wrapperMember(value) === undefined ? wrap(member, value as Fn) : value;
}

/** Returns the changed descriptor in the legacy standard; undefined for a field, or if the member is woven already. */
function weaveLegacy(member: Member, target: DecoratorTarget & { type: 'member' }): unknown {
	const { descriptor, owner } = target;
	if (descriptor === undefined) {
		// A static field already has its value. An instance field is woven on each instance, by `weaveFields`.
		const value =
			typeof owner === 'function' ? (owner as unknown as Record<PropertyKey, unknown>)[target.key] : undefined;
		if (typeof value === 'function' && owner !== undefined) {
			Object.defineProperty(owner, target.key, {
				...Object.getOwnPropertyDescriptor(owner, target.key),
				value: weaveValue(member, value),
			});
		}
		return undefined;
	}
	if (member.woven) return undefined;
	member.woven = true;
	weaveDescriptor(member, descriptor);
	return descriptor;
}

/** Replaces the functions of a property's descriptor by their wrappers. */
function weaveDescriptor(member: Member, descriptor: PropertyDescriptor): void {
	if (typeof descriptor.value === 'function') descriptor.value = wrap(member, descriptor.value as Fn);
	if (descriptor.get !== undefined) descriptor.get = wrap(member, descriptor.get as Fn) as () => unknown;
	if (descriptor.set !== undefined) descriptor.set = wrap(member, descriptor.set as Fn) as (value: unknown) => void;
}

/**
 * Applies a decorator to a class: to every own method, static ones included, whose name begins with neither `_` nor `#`.
 * `@Traced` leaves out methods with `@Untraced`; no other decorator does. Accessors, fields, symbols and inherited
 * methods are left alone. The options of a decorator on a method win over those of the class.
 */
function applyToClass(spec: AdviceSpec, options: object, cls: AnyClass): void {
	for (const owner of [cls.prototype as object, cls]) {
		for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
			if (!isClassMethod(key, descriptor)) continue;
			const member = memberOfClass(owner, key);
			if (member.untraced && spec.name === 'Traced') continue;
			declareOn(owner, member, descriptor, { spec, options, level: 'class' });
		}
	}
}

/** True for the methods that a class-level decorator applies to. */
function isClassMethod(key: string, descriptor: PropertyDescriptor): boolean {
	if (key === 'constructor' || key.startsWith('_') || key.startsWith('#')) return false;
	return typeof descriptor.value === 'function' && !isClass(descriptor.value);
}

/** True for a class, whose `prototype` cannot be written. A class in a static property is a value, not a method. */
export function isClass(value: object): boolean {
	return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

/**
 * Adds a decorator to a member that exists already, and weaves the member in place if it is not woven yet.
 *
 * @throws DecorationError if the property can be neither written nor configured
 */
export function declareOn(
	owner: object,
	member: Member,
	descriptor: PropertyDescriptor,
	decorator: { spec: AdviceSpec; options: object; level: 'class' | 'member' },
): void {
	member.addDecorator(decorator);
	if (member.woven) return;
	if (descriptor.configurable !== true && descriptor.writable !== true) {
		throw wrongTarget(decorator.spec.name, 'a property that can be neither written nor configured', owner, member.key);
	}
	member.woven = true;
	weaveDescriptor(member, descriptor);
	Object.defineProperty(owner, member.key, descriptor);
}

/** Returns the error for a decorator on a target that it cannot be on. */
function wrongTarget(name: string, got: string, owner?: object, key?: PropertyKey): DecorationError {
	return new DecorationError({
		decorator: `@${name}`,
		class: owner === undefined ? '' : nameOfClass(owner),
		member: key === undefined ? undefined : String(key),
		rule: `@${name} goes on a class, a method, a getter, a setter, an accessor or an arrow-function field.`,
		got,
		wayOut: `@${name} on the method itself, or instrument() for what cannot be annotated`,
	});
}

/**
 * Checks the options of a decorator and returns them. A string in place of the options is the option `textOption` of the
 * decorator, if it has one.
 *
 * @param target - what the decorator is applied to, or a name, for the message
 * @param caller - what got the options, for the message. @default the decorator
 * @throws DecorationError if they are no object, hold an unknown key (with the nearest legal one), or a wrong value
 */
export function checkOptions(
	spec: AdviceSpec,
	given: unknown,
	target: DecoratorTarget | string,
	caller = `@${spec.name}`,
): object {
	const { textOption } = spec;
	const options: unknown = typeof given === 'string' && textOption !== undefined ? { [textOption]: given } : given;
	const names = typeof target === 'string' ? { class: target } : targetNames(target);
	const refuse = (rule: string, got: string, wayOut: string): DecorationError =>
		new DecorationError({ decorator: caller, ...names, rule, got, wayOut });
	// The rule of most refusals.
	const legal = `The legal options are ${spec.keys.join(', ') || 'none'}.`;
	if (typeof options !== 'object' || options === null || Array.isArray(options)) {
		throw refuse(legal, options === null ? 'null' : `${typeof options} for options`, 'an object of options, or none');
	}
	for (const key of Object.keys(options)) {
		if ((spec.keys as readonly string[]).includes(key)) continue;
		const near = spec.renamed?.[key] ?? nearest(key, spec.keys)[0];
		throw refuse(legal, `the option '${key}'`, near === undefined ? 'one of them' : `'${near}'`);
	}
	const fault = spec.check?.(options);
	if (fault !== undefined) throw refuse(fault, ...wrongValue(fault, options));
	return options;
}

/** What a rule is about, as the checks of the toolkit's options begin. */
const RULED = /^(?:The (option|attribute) '([^']+)'|An (aspect) begins)/;

/**
 * Returns what an option got that broke a rule, and the way out: the nearest of the words that the rule names.
 *
 * @param fault - the rule, which begins with the option's name; the rule of a custom decorator may not
 */
function wrongValue(fault: string, options: object): readonly [got: string, wayOut: string] {
	const [, kind, quoted, aspect] = RULED.exec(fault) ?? [];
	const name = quoted ?? aspect;
	if (name === undefined) return ['another value', 'the value that the rule names'];
	const value = kind === 'attribute' ? valueAt(options, ['attributes', name]) : valueAt(options, name.split('.'));
	const got = `${valueInWords(value)} for ${kind === 'attribute' ? `the attribute '${name}'` : name}`;
	const words = [...fault.matchAll(/'([^']+)'/g)].map(([, word = '']) => word).filter((word) => word !== name);
	const near = typeof value === 'string' ? nearest(value, words, 1)[0] : undefined;
	return [got, near === undefined ? 'the value that the rule names' : `${name}: '${near}'`];
}

/** Returns the value at a path of options, or of those of the option `metered`; undefined if there is none. */
function valueAt(options: object, path: readonly string[]): unknown {
	const read = (from: unknown): unknown =>
		path.reduce((value: unknown, key) => (value as Record<string, unknown> | null | undefined)?.[key], from);
	const { metered } = options as { metered?: unknown };
	// The options of `metered` have the rules of @Metered.
	const isWithin = typeof metered === 'object' && metered !== null && read(options) === undefined;
	return read(isWithin ? metered : options);
}
