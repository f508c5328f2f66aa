import { DecorationError } from '../agentese/errors/errors.js';
import { parseHandle } from '../agentese/paths/template.js';
import type { AdviceSpec } from '../invocation/advice.js';
import { declareHandle, memberOn } from './declarations.js';
import { checkOptions, declareOn } from './decorate.js';
import { memberOfClass } from './decorator-target.js';
import { chainOf, nameOfClass } from './prototype-chain.js';

/** Names, names with `*` for any letters, or a function that picks. */
export type Selection = readonly string[] | ((name: string) => boolean);

/** Which methods of a target are woven, and with what. */
export interface WeaveSelection {
	readonly include?: Selection | undefined;
	readonly exclude?: Selection | undefined;
	readonly handle?: string | undefined;
}

/**
 * Weaves a class, an instance or a plain object that cannot be annotated. Of a class all own methods are meant, static
 * ones included; of an instance all methods that it can be called with, and they are woven on the instance itself.
 *
 * @throws DecorationError for a target that is no object or is frozen, and for a name that is no method of it
 */
export function weaveTarget<T extends object>(
	target: T,
	selection: WeaveSelection,
	words: readonly (readonly [AdviceSpec, object])[],
): T {
	if ((typeof target !== 'object' && typeof target !== 'function') || target === null) {
		throw wrong('', `${target === null ? 'null' : typeof target}`, 'a class, an instance or a plain object');
	}
	const name = nameOfClass(target);
	for (const [spec, options] of words) checkOptions(spec, options, name);
	if (selection.handle !== undefined) declareHandle(target, parseHandle(selection.handle).handle);
	const methods = methodsOf(target);
	refuseUnknown(selection.include, methods, name);
	for (const { owner, key, descriptor } of methods) {
		if (!isSelected(key, selection)) continue;
		// What is named is published; what a pattern or a function picks is only watched.
		const level = Array.isArray(selection.include) && selection.include.includes(key) ? 'member' : 'class';
		const member = typeof target === 'function' ? memberOfClass(owner, key) : memberOn(owner, key, 'method');
		if (!Object.isExtensible(owner) && !Object.hasOwn(owner, key)) {
			throw wrong(name, 'an object that cannot be extended', 'weaving its class');
		}
		for (const [spec, options] of words) declareOn(owner, member, descriptor, { spec, options, level });
	}
	return target;
}

interface Method {
	readonly owner: object;
	readonly key: string;
	readonly descriptor: PropertyDescriptor;
}

function methodsOf(target: object): Method[] {
	if (typeof target === 'function') {
		const prototype = (target as { prototype?: object }).prototype;
		return [prototype, target].flatMap((owner) => (owner === undefined ? [] : ownMethods(owner, owner)));
	}
	const methods = new Map<string, Method>();
	for (const from of chainOf(target)) {
		for (const method of ownMethods(from, target)) if (!methods.has(method.key)) methods.set(method.key, method);
	}
	return [...methods.values()];
}

function ownMethods(from: object, owner: object): Method[] {
	return Object.entries(Object.getOwnPropertyDescriptors(from))
		.filter(([key, { value }]) => key !== 'constructor' && typeof value === 'function' && !isClassValue(value))
		.map(([key, descriptor]) => ({
			owner,
			key,
			descriptor: from === owner ? descriptor : { ...descriptor, enumerable: false },
		}));
}

function isClassValue(value: object): boolean {
	return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

function isSelected(key: string, { include, exclude }: WeaveSelection): boolean {
	if (exclude !== undefined && matches(key, exclude)) return false;
	return include === undefined ? !key.startsWith('_') && !key.startsWith('#') : matches(key, include);
}

function matches(key: string, selection: Selection): boolean {
	return typeof selection === 'function' ? selection(key) : selection.some((name) => glob(name).test(key));
}

function glob(name: string): RegExp {
	return new RegExp(
		`^${name
			.split('*')
			.map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
			.join('.*')}$`,
	);
}

function refuseUnknown(include: Selection | undefined, methods: readonly Method[], name: string): void {
	if (!Array.isArray(include)) return;
	const missing = (include as readonly string[]).find((one) => !methods.some(({ key }) => glob(one).test(key)));
	if (missing === undefined) return;
	throw wrong(
		name,
		`'${missing}', which no method has for a name`,
		`one of ${methods.map(({ key }) => key).join(', ')}`,
	);
}

function wrong(name: string, got: string, wayOut: string): DecorationError {
	return new DecorationError({
		decorator: 'weave()',
		class: name,
		rule: 'weave() replaces methods of a class, an instance or a plain object.',
		got,
		wayOut,
	});
}
