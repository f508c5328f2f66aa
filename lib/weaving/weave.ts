import { DecorationError } from '../agentese/errors/errors.js';
import { parseHandle } from '../agentese/paths/template.js';
import type { AdviceSpec } from '../invocation/advice.js';
import { declareHandle, memberOn } from './declarations/declarations.js';
import { memberOfClass } from './declarations/decorator-target.js';
import { chainOf, nameOfClass } from './declarations/prototype-chain.js';
import { checkOptions, declareOn, isClass } from './decorate.js';

/**
 * Methods: their names, in which `*` stands for any letters, or a function that returns true for each name it selects.
 */
export type Selection = readonly string[] | ((name: string) => boolean);

/** Which methods of a target are woven, and the handle of the target. */
interface WeaveSelection {
	/** The methods to weave. @default those whose names begin with neither `_` nor `#` */
	readonly include?: Selection | undefined;
	/** The methods to leave out; it wins over `include`. @default none */
	readonly exclude?: Selection | undefined;
	/** The handle to declare. @default the handle of the target's class */
	readonly handle?: string | undefined;
}

/**
 * Implements `weave()`: weaves a class, an instance or a plain object that cannot be annotated. Of a class it weaves
 * the own methods, static ones included. Of an instance it weaves all methods that can be called on it, inherited ones
 * included, by own properties of the instance: the class and other instances stay unchanged.
 *
 * @param decorators - the decorators to apply to each method, with their options
 * @returns the target
 * @throws DecorationError if the target is no object or is frozen, if an option is wrong, or if `include` holds a name
 *   that no method has
 * @throws PathSyntaxError if the handle is invalid
 */
export function weaveTarget<T extends object>(
	target: T,
	selection: WeaveSelection,
	decorators: readonly (readonly [AdviceSpec, object])[],
): T {
	if ((typeof target !== 'object' && typeof target !== 'function') || target === null) {
		throw wrongUse('', `${target === null ? 'null' : typeof target}`, 'a class, an instance or a plain object');
	}
	const name = nameOfClass(target);
	// Everything is checked before the first method is changed, so that wrong use leaves the target as it was.
	for (const [spec, options] of decorators) checkOptions(spec, options, name);
	if (selection.handle !== undefined) declareHandle(target, parseHandle(selection.handle).handle);
	const methods = methodsOf(target);
	refuseUnknown(selection.include, methods, name);
	for (const { owner, key, descriptor } of methods) {
		if (!isSelected(key, selection)) continue;
		// A method that is selected by its full name is published as an aspect; a pattern or a function only observes.
		const level = Array.isArray(selection.include) && selection.include.includes(key) ? 'member' : 'class';
		const member = typeof target === 'function' ? memberOfClass(owner, key) : memberOn(owner, key, 'method');
		if (!Object.isExtensible(owner) && !Object.hasOwn(owner, key)) {
			throw wrongUse(name, 'an object that cannot be extended', 'weaving its class');
		}
		for (const [spec, options] of decorators) declareOn(owner, member, descriptor, { spec, options, level });
	}
	return target;
}

/** A method to weave. */
interface Method {
	/** The object on which the wrapper is defined. */
	readonly owner: object;
	readonly key: string;
	/** The descriptor for `owner`, with the original function. */
	readonly descriptor: PropertyDescriptor;
}

/** Returns the methods that can be woven on a target; of an instance the nearest of each name along its prototypes. */
function methodsOf(target: object): Method[] {
	if (typeof target === 'function') {
		const prototype = (target as { prototype?: object }).prototype;
		return [prototype, target].flatMap((owner) => (owner === undefined ? [] : ownMethods(owner, owner)));
	}
	const methods = new Map<string, Method>();
	for (const source of chainOf(target)) {
		for (const method of ownMethods(source, target)) if (!methods.has(method.key)) methods.set(method.key, method);
	}
	return [...methods.values()];
}

/** Returns the own methods of `source`, to be woven on `owner`; a copy on another object is not enumerable. */
function ownMethods(source: object, owner: object): Method[] {
	return Object.entries(Object.getOwnPropertyDescriptors(source))
		.filter(([key, { value }]) => key !== 'constructor' && typeof value === 'function' && !isClass(value))
		.map(([key, descriptor]) => ({
			owner,
			key,
			descriptor: source === owner ? descriptor : { ...descriptor, enumerable: false },
		}));
}

/** True if a method is to be woven: `exclude` wins over `include`. */
function isSelected(key: string, { include, exclude }: WeaveSelection): boolean {
	if (exclude !== undefined && matches(key, exclude)) return false;
	return include === undefined ? !key.startsWith('_') && !key.startsWith('#') : matches(key, include);
}

/** True if a selection contains a name. */
function matches(key: string, selection: Selection): boolean {
	return typeof selection === 'function' ? selection(key) : selection.some((name) => glob(name).test(key));
}

/** Returns the regular expression of a name in which `*` stands for any letters. */
function glob(name: string): RegExp {
	return new RegExp(
		`^${name
			.split('*')
			.map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
			.join('.*')}$`,
	);
}

/** Throws for the first name or pattern that matches no method. */
function refuseUnknown(include: Selection | undefined, methods: readonly Method[], name: string): void {
	if (!Array.isArray(include)) return;
	const missing = (include as readonly string[]).find((wanted) => !methods.some(({ key }) => glob(wanted).test(key)));
	if (missing === undefined) return;
	throw wrongUse(
		name,
		`'${missing}', which is not the name of a method`,
		`one of ${methods.map(({ key }) => key).join(', ')}`,
	);
}

/** Returns the error for a wrong call of `weave()`. */
function wrongUse(name: string, got: string, wayOut: string): DecorationError {
	return new DecorationError({
		decorator: 'weave()',
		class: name,
		rule: 'weave() replaces methods of a class, an instance or a plain object.',
		got,
		wayOut,
	});
}
