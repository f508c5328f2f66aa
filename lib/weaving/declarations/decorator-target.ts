import { bindMetadata, declaredOn, memberIn, memberOn, wrapperMember } from './declarations.js';
import type { Member, MemberKind } from './member.js';
import { nameOfClass } from './prototype-chain.js';

/** Any class. */
export type AnyClass = abstract new (...args: never[]) => unknown;

/** The part of a TC39 decorator context that the toolkit reads. Compilers of older drafts leave `metadata` out. */
interface TC39Context {
	readonly kind: 'class' | MemberKind;
	/** The member's key; for a private member its name with `#`; undefined for a class without a name. */
	readonly name: PropertyKey | undefined;
	readonly static?: boolean;
	readonly private?: boolean;
	/** The metadata object of the class, which inherits from that of the base class. */
	readonly metadata?: object;
	/** Reads the member from an instance: the only way to a private one. */
	readonly access?: { get?(self: object): unknown };
}

/** What a decorator is applied to, in either of the two standards. */
export type DecoratorTarget =
	| {
			readonly type: 'class';
			readonly cls: AnyClass;
			/** TC39 standard: the metadata object of the class. */
			readonly metadata: object | undefined;
	  }
	| {
			readonly type: 'parameter';
			/** The prototype, or the class for a parameter of a static method or of the constructor. */
			readonly owner: object;
			/** The key of the method; undefined for a parameter of the constructor. */
			readonly key: PropertyKey | undefined;
			/** The position of the parameter, counted from 0. */
			readonly index: number;
	  }
	| {
			readonly type: 'member';
			readonly kind: MemberKind;
			readonly key: PropertyKey;
			/** The class's name in messages. A TC39 member decorator does not receive its class: then it is `(class)`. */
			readonly className: string;
			/** Returns the record of the member; creates it at the first call. */
			member(): Member;
			/** Legacy standard: the prototype, or the class for a static member. */
			readonly owner?: object;
			/** Legacy standard: the property's descriptor, which the decorator may change; undefined for a field. */
			readonly descriptor?: PropertyDescriptor | undefined;
			/** TC39 standard: the function, or `{ get, set }` for an accessor; undefined for a field. */
			readonly value?: unknown;
			/** TC39 standard: the decorator context; undefined in the legacy standard. */
			readonly tc39?: TC39Context;
	  };

/**
 * Reads the arguments of a decorator function in either standard. In the TC39 standard the second argument is an object
 * with a text `kind`; in the legacy standard it is the member's key; a function alone is a class.
 *
 * @returns undefined if these are not the arguments of an application: then the decorator was called with options
 */
export function readTarget(args: readonly unknown[]): DecoratorTarget | undefined {
	const [first, second, third] = args;
	if (isTC39(second)) return tc39Target(first, second);
	if (args.length >= 2 && isObject(first) && (isKey(second) || second === undefined)) {
		if (typeof third === 'number') return { type: 'parameter', owner: first, key: second, index: third };
		return second === undefined ? undefined : legacyMember(first, second, third as PropertyDescriptor | undefined);
	}
	return typeof first === 'function' && (args.length === 1 || second === undefined)
		? { type: 'class', cls: first as AnyClass, metadata: undefined }
		: undefined;
}

/** Reads the two arguments of a TC39 decorator. A class is linked to its metadata object here. */
function tc39Target(value: unknown, context: TC39Context): DecoratorTarget {
	if (context.kind === 'class') {
		bindMetadata(value as object, context.metadata);
		return { type: 'class', cls: value as AnyClass, metadata: context.metadata };
	}
	const key = context.name ?? '';
	const { kind } = context;
	// Without a metadata object the member is still woven once: a second decorator finds its record by the wrapper.
	const known = context.metadata === undefined ? wrapperMember(value) : undefined;
	const metadata = context.metadata ?? {};
	const target = { static: context.static === true, private: context.private === true, ...accessOf(context) };
	return {
		type: 'member',
		kind,
		key,
		className: '(class)',
		member: () => known ?? memberIn(metadata, key, kind, target),
		value,
		tc39: context,
	};
}

/** Returns the `access` of a context under its own key, or nothing: an optional property must not be undefined. */
function accessOf(context: TC39Context): { access?: { get?(self: object): unknown } } {
	return context.access === undefined ? {} : { access: context.access };
}

/** Reads the three arguments of a legacy member decorator. */
function legacyMember(owner: object, key: PropertyKey, descriptor: PropertyDescriptor | undefined): DecoratorTarget {
	const kind = legacyKind(descriptor);
	return {
		type: 'member',
		kind,
		key,
		className: nameOfClass(owner),
		member: () => memberOn(owner, key, kind),
		owner,
		descriptor,
	};
}

/** Fields have no descriptor in the legacy standard; a getter and a setter of one name share theirs. */
function legacyKind(descriptor: PropertyDescriptor | undefined): MemberKind {
	if (descriptor === undefined) return 'field';
	if (descriptor.get !== undefined) return 'getter';
	return descriptor.set === undefined ? 'method' : 'setter';
}

/**
 * Returns the record of an own member of a class, in whichever standard it was decorated; creates it if there is none.
 */
export function memberOfClass(owner: object, key: PropertyKey): Member {
	const known = declaredOn(owner).find((member) => member.key === key && member.kind !== 'setter');
	return known ?? memberOn(owner, key, 'method');
}

/** Returns the names of a decorator's target for a message: the class, and the member unless the target is a class. */
export function targetNames(target: DecoratorTarget): { class: string; member?: string } {
	if (target.type === 'class') return { class: nameOfClass(target.cls) };
	if (target.type === 'parameter') {
		return { class: nameOfClass(target.owner), member: String(target.key ?? 'constructor') };
	}
	return { class: target.className, member: String(target.key) };
}

/** True for a TC39 decorator context: an object with a `name` and a text `kind`. */
function isTC39(value: unknown): value is TC39Context {
	return isObject(value) && typeof (value as { kind?: unknown }).kind === 'string' && 'name' in value;
}

/** True for the key of a member. */
function isKey(value: unknown): value is PropertyKey {
	return typeof value === 'string' || typeof value === 'symbol' || typeof value === 'number';
}

/** True for an object or a function. */
function isObject(value: unknown): value is object {
	return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
