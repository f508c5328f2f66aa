import { DecorationError } from '../agentese/errors/errors.js';
import { nearest } from '../agentese/errors/nearest.js';
import type { AdviceSpec } from '../invocation/advice.js';
import { wrapperMember } from './declarations.js';
import { type AnyClass, type DecoratorTarget, memberOfClass, readTarget } from './decorator-target.js';
import type { Member } from './member.js';
import { nameOfClass } from './prototype-chain.js';
import { type Fn, wrap } from './wrapper.js';

/**
 * Does what a decorator made of this spec does, in both standards, bare or called.
 *
 * @param args - what the decorator function was called with: a class or member (then it acts), or options (then it
 *   answers the decorator)
 * @throws DecorationError where options or place are wrong
 */
export function decorate(spec: AdviceSpec, args: readonly unknown[]): unknown {
	const place = readTarget(args);
	if (place !== undefined) return applyTo(spec, checkOptions(spec, {}, place), place);
	const options = args[0] ?? {};
	return (...at: unknown[]): unknown => {
		const called = readTarget(at);
		if (called === undefined) throw wrongPlace(spec.name, 'something that is no class and no member of one');
		return applyTo(spec, checkOptions(spec, options, called), called);
	};
}

function applyTo(spec: AdviceSpec, options: object, place: DecoratorTarget): unknown {
	if (place.at === 'parameter') throw wrongPlace(spec.name, 'a parameter', place.owner, place.key);
	if (place.at === 'class') return applyToClass(spec, options, place.cls);
	const member = place.member();
	refuseContradiction(spec.name, member, place.className);
	member.say({ spec, options, level: 'member' });
	if (place.tc39 !== undefined) return weaveTC39(member, place.kind, place.value);
	return weaveLegacy(member, place);
}

/** `@Untraced` beside `@Traced` on one method says two opposite things, in whichever order. */
export function refuseContradiction(name: string, member: Member, className: string): void {
	const traced =
		name === 'Traced' || member.sayings.some((one) => one.level === 'member' && one.spec.name === 'Traced');
	if (!traced || !(name === 'Untraced' || member.untraced)) return;
	throw new DecorationError({
		decorator: `@${name}`,
		class: className,
		member: member.name,
		rule: 'A method is traced or it is not.',
		got: '@Traced and @Untraced together',
		wayOut: 'leaving one of them out',
	});
}

function weaveTC39(member: Member, kind: Member['kind'], value: unknown): unknown {
	const first = !member.woven;
	member.woven = true;
	if (kind === 'field') return first ? (initial: unknown) => weaveValue(member, initial) : undefined;
	if (!first) return undefined;
	if (kind !== 'accessor') return wrap(member, value as Fn);
	const { get, set } = value as { get: Fn; set: Fn };
	return { get: wrap(member, get), set: wrap(member, set) };
}

function weaveValue(member: Member, value: unknown): unknown {
	return typeof value === 'function' && wrapperMember(value) === undefined ? wrap(member, value as Fn) : value;
}

function weaveLegacy(member: Member, place: DecoratorTarget & { at: 'member' }): unknown {
	const { descriptor, owner } = place;
	if (descriptor === undefined) {
		// A static field already holds its value; an instance field is woven on each instance, see weaveFields.
		const value =
			typeof owner === 'function' ? (owner as unknown as Record<PropertyKey, unknown>)[place.key] : undefined;
		if (typeof value === 'function' && owner !== undefined) {
			Object.defineProperty(owner, place.key, {
				...Object.getOwnPropertyDescriptor(owner, place.key),
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

/** Weaves the functions of a property in place. */
export function weaveDescriptor(member: Member, descriptor: PropertyDescriptor): void {
	if (typeof descriptor.value === 'function') descriptor.value = wrap(member, descriptor.value as Fn);
	if (descriptor.get !== undefined) descriptor.get = wrap(member, descriptor.get as Fn) as () => unknown;
	if (descriptor.set !== undefined) descriptor.set = wrap(member, descriptor.set as Fn) as (value: unknown) => void;
}

/**
 * On a class a decorator means every own method, static ones included, whose name begins with neither `_` nor `#`, less
 * `@Untraced` ones. What stands on a method refines it. Accessors, fields, symbols and inherited methods are not meant.
 */
function applyToClass(spec: AdviceSpec, options: object, cls: AnyClass): void {
	for (const owner of [cls.prototype as object, cls]) {
		for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
			if (!isClassMethod(key, descriptor)) continue;
			const member = memberOfClass(owner, key);
			if (member.untraced) continue;
			declareOn(owner, member, descriptor, { spec, options, level: 'class' });
		}
	}
}

function isClassMethod(key: string, descriptor: PropertyDescriptor): boolean {
	if (key === 'constructor' || key.startsWith('_') || key.startsWith('#')) return false;
	return typeof descriptor.value === 'function' && !isClass(descriptor.value);
}

/** A class kept in a static property is a value, not a method: its `prototype` cannot be written. */
function isClass(value: object): boolean {
	return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

/** Adds a decorator's word to a member that exists already, and weaves it there if it is not woven yet. */
export function declareOn(
	owner: object,
	member: Member,
	descriptor: PropertyDescriptor,
	saying: { spec: AdviceSpec; options: object; level: 'class' | 'member' },
): void {
	member.say(saying);
	if (member.woven) return;
	if (descriptor.configurable !== true && descriptor.writable !== true) {
		throw wrongPlace(saying.spec.name, 'a property that can be neither written nor configured', owner, member.key);
	}
	member.woven = true;
	weaveDescriptor(member, descriptor);
	Object.defineProperty(owner, member.key, descriptor);
}

function wrongPlace(name: string, got: string, owner?: object, key?: PropertyKey): DecorationError {
	return new DecorationError({
		decorator: `@${name}`,
		class: owner === undefined ? '' : nameOfClass(owner),
		member: key === undefined ? undefined : String(key),
		rule: `@${name} goes on a class, a method, a getter, a setter, an accessor or an arrow-function field.`,
		got,
		wayOut: `@${name} on the method itself, or weave() for what cannot be annotated`,
	});
}

/** Refuses options that are no object, have an unknown key (with the nearest legal one), or a wrong value. */
export function checkOptions(spec: AdviceSpec, options: unknown, place: DecoratorTarget | string): object {
	const where = placeName(place);
	const refuse = (rule: string, got: string, wayOut: string): DecorationError =>
		new DecorationError({ decorator: `@${spec.name}`, ...where, rule, got, wayOut });
	const legal = `The legal options are ${spec.keys.join(', ') || 'none'}.`;
	if (typeof options !== 'object' || options === null || Array.isArray(options)) {
		throw refuse(legal, options === null ? 'null' : `${typeof options} for options`, 'an object of options, or none');
	}
	for (const key of Object.keys(options)) {
		if ((spec.keys as readonly string[]).includes(key)) continue;
		const [near] = nearest(key, spec.keys);
		throw refuse(legal, `the option '${key}'`, near === undefined ? 'one of them' : `'${near}'`);
	}
	const fault = spec.check?.(options);
	if (fault !== undefined) throw refuse(fault, 'another value', 'the value that the rule names');
	return options;
}

function placeName(place: DecoratorTarget | string): { class: string; member?: string } {
	if (typeof place === 'string') return { class: place };
	if (place.at === 'class') return { class: nameOfClass(place.cls) };
	if (place.at === 'parameter') return { class: nameOfClass(place.owner), member: String(place.key ?? 'constructor') };
	return { class: place.className, member: String(place.key) };
}
