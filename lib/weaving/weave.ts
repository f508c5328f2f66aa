import types from 'node:util/types';
import { AgenteseError, DecorationError } from '../agentese/errors/errors.js';
import { segmentOfName } from '../agentese/paths/grammar.js';
import { parseHandle } from '../agentese/paths/template.js';
import type { AdviceSpec } from '../invocation/advice.js';
import { declaredOn, declareHandle, memberOn } from './declarations/declarations.js';
import { memberOfClass } from './declarations/decorator-target.js';
import { chainOf, nameOfClass } from './declarations/prototype-chain.js';
import { checkOptions, declareOn, isClass } from './decorate.js';

/**
 * Methods: their names, in which `*` stands for any letters, or a function that returns true for each name it selects.
 */
type Selection = readonly string[] | ((name: string) => boolean);

/** Which methods of a target are woven, and the handle of the target. */
interface WeaveSelection {
	/** The methods to weave. @default those whose names begin with neither `_` nor `#` */
	readonly include?: Selection | undefined;
	/** The methods to leave out; it wins over `include`. @default none */
	readonly exclude?: Selection | undefined;
	/** The full names of the methods that a path can reach, as those with `@Aspect`. @default none */
	readonly publish?: readonly string[] | undefined;
	/** The handle to declare. @default the handle of the target's class */
	readonly handle?: string | undefined;
}

/**
 * Implements `instrument()`: weaves a class, an instance or a plain object that cannot be annotated. Of a class it weaves
 * the own methods, static ones included. Of an instance it weaves all methods that can be called on it, inherited ones
 * included, by own properties of the instance: the class and other instances stay unchanged. The namespace of a module
 * cannot be changed: it weaves a copy.
 *
 * @param decorators - the decorators to apply to each method, with their options
 * @returns the target; for the namespace of a module the copy
 * @throws DecorationError if the target is no object, has no method, or cannot be changed, if an option is wrong, if `include` holds a name that
 *   no method has, or `publish` one that is not instrumented or cannot be a segment of a path
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
	const checked = decorators.map(([spec, options]) => [spec, checkOptions(spec, options, name)] as const);
	refuseWrongSelection(selection, name);
	const handle = selection.handle === undefined ? undefined : parseHandle(selection.handle).handle;
	const place = isModule(target) ? copyOfModule(target, name) : target;
	const methods = orRefuse(name, () => methodsOf(place));
	refuseWithoutMethods(place, methods, name);
	refuseUnknown(selection.include, methods, name);
	refuseUnpublishable(selection, methods, name);
	const selected = methods.filter(({ key }) => isSelected(key, selection));
	refuseUntraced(selected, selection.include, checked, name);
	orRefuse(name, () => refuseUnchangeable(selected, name));
	return orRefuse(name, () => {
		if (handle !== undefined) declareHandle(place, handle);
		for (const { owner, key, descriptor } of selected) {
			// The options for a method that is selected by its full name win over those that its class gives it.
			const level = Array.isArray(selection.include) && selection.include.includes(key) ? 'member' : 'class';
			const member = typeof place === 'function' ? memberOfClass(owner, key) : memberOn(owner, key, 'method');
			for (const [spec, options] of checked) {
				// As `@Traced` on the class: it leaves out what has `@Untraced`.
				if (level === 'class' && spec.name === 'Traced' && isUntraced(owner, key)) continue;
				declareOn(owner, member, descriptor, { spec, options, level });
			}
			if (selection.publish?.includes(key)) member.aspect ??= {};
		}
		return place;
	});
}

/**
 * Does what must not fail with a foreign error.
 *
 * @throws DecorationError in place of any error that is none of the toolkit's: a proxy refused to be read or changed
 */
function orRefuse<R>(name: string, work: () => R): R {
	try {
		return work();
	} catch (cause) {
		if (cause instanceof AgenteseError) throw cause;
		throw wrongUse(name, 'an object that refuses to be read or changed', 'the object behind the proxy', cause);
	}
}

/** True for the namespace of a module, also of one that a bundler or a test runner made. */
function isModule(target: object): boolean {
	if (types.isModuleNamespaceObject(target)) return true;
	return !types.isProxy(target) && Object.getOwnPropertyDescriptor(target, Symbol.toStringTag)?.value === 'Module';
}

/**
 * Returns an object with the exports of a module: functions as methods that can be woven, everything else as getters,
 * which read the module.
 *
 * @throws DecorationError if an export is not initialized yet
 */
function copyOfModule<T extends object>(module: T, name: string): T {
	const copy = Object.create(null) as T;
	for (const key of Object.keys(module) as (keyof T & string)[]) {
		let value: unknown;
		try {
			value = module[key];
		} catch (cause) {
			const wayOut = 'instrumenting it once the modules that import each other have loaded';
			throw wrongUse(name, `a module whose export '${key}' is not initialized yet`, wayOut, cause);
		}
		const isMethod = typeof value === 'function' && !isClass(value);
		Object.defineProperty(copy, key, {
			enumerable: true,
			configurable: true,
			...(isMethod ? { value, writable: true } : { get: () => module[key] }),
		});
	}
	return copy;
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

/** Throws for an `include` or an `exclude` of a wrong type. */
function refuseWrongSelection(selection: WeaveSelection, name: string): void {
	for (const option of ['include', 'exclude'] as const) {
		const value: unknown = selection[option];
		if (value === undefined || typeof value === 'function') continue;
		if (Array.isArray(value) && value.every((item) => typeof item === 'string')) continue;
		const got =
			typeof value === 'string' ? `the text '${value.slice(0, 80)}' for ${option}` : `${typeof value} for ${option}`;
		throw wrongUse(name, got, "an array of names, such as ['find', 'load*'], or a function");
	}
}

/** Throws for a target that has no method of its own kind: a function, and an object whose members are all getters. */
function refuseWithoutMethods(target: object, methods: readonly Method[], name: string): void {
	if (methods.length > 0) return;
	if (typeof target === 'function') {
		if (!isClass(target)) throw wrongUse(name, 'a function without methods', 'traced() for a function');
		return;
	}
	const accessors = Object.values(Object.getOwnPropertyDescriptors(target)).some(({ get }) => get !== undefined);
	if (accessors)
		throw wrongUse(
			name,
			'an object that has getters and no methods',
			'instrument({ ...object }), which reads the getters',
		);
}

/** Throws for the first method with `@Untraced` that `include` names, if it would be traced: one of the two is wrong. */
function refuseUntraced(
	methods: readonly Method[],
	include: Selection | undefined,
	decorators: readonly (readonly [AdviceSpec, object])[],
	name: string,
): void {
	if (!Array.isArray(include) || !decorators.some(([spec]) => spec.name === 'Traced')) return;
	for (const { owner, key } of methods) {
		if (!(include as readonly string[]).includes(key) || !isUntraced(owner, key)) continue;
		throw wrongUse(name, `'${key}', which has @Untraced`, 'traced: false, or leaving it out of include');
	}
}

/** True if the method that a call on an owner meets has `@Untraced`; an override does not inherit it. */
function isUntraced(owner: object, key: string): boolean {
	const declaring = chainOf(owner).find((object) => Object.hasOwn(object, key));
	return declaring !== undefined && declaredOn(declaring).some((member) => member.key === key && member.untraced);
}

/** Throws for the first method whose wrapper cannot be defined: on a frozen or sealed object. */
function refuseUnchangeable(methods: readonly Method[], name: string): void {
	for (const { owner, key } of methods) {
		const own = Object.getOwnPropertyDescriptor(owner, key);
		if (own === undefined) {
			if (!Object.isExtensible(owner)) throw wrongUse(name, 'an object that cannot be extended', 'weaving its class');
		} else if (own.configurable !== true && own.writable !== true) {
			const wayOut = 'instrument({ ...object }), which leaves the frozen object as it is';
			throw wrongUse(name, `the method '${key}', which can be neither written nor configured`, wayOut);
		}
	}
}

/** Throws for the first name in `publish` that is not the name of an instrumented method, or cannot be an aspect. */
function refuseUnpublishable(selection: WeaveSelection, methods: readonly Method[], name: string): void {
	const { publish } = selection;
	if (publish === undefined) return;
	const selected = methods.filter(({ key }) => isSelected(key, selection)).map(({ key }) => key);
	const legal = selected.filter((name) => segmentOfName(name) !== undefined);
	const wayOut =
		legal.length === 0 ? "a method whose name is lower case, such as 'find'" : `one of ${legal.join(', ')}`;
	if (!Array.isArray(publish)) throw wrongUse(name, 'another value than an array for publish', wayOut);
	const wrong: unknown = publish.find((wanted) => !legal.includes(wanted));
	if (wrong === undefined) return;
	const why = selected.includes(wrong as string)
		? 'whose name cannot be a segment of a path'
		: 'which is not the name of an instrumented method';
	throw wrongUse(name, `'${String(wrong).slice(0, 80)}' to publish, ${why}`, wayOut);
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

/** Returns the error for a wrong call of `instrument()`. */
function wrongUse(name: string, got: string, wayOut: string, cause?: unknown): DecorationError {
	return new DecorationError({
		decorator: 'instrument()',
		class: name,
		rule: 'instrument() replaces methods of a class, an instance or a plain object.',
		got,
		wayOut,
		cause,
	});
}
