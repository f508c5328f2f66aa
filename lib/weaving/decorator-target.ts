import { declaredOn, memberIn, memberOn, tieMetadata, wrapperMember } from './declarations.js';
import type { Member, MemberKind } from './member.js';
import { nameOfClass } from './prototype-chain.js';

/** Any class. */
export type AnyClass = abstract new (...args: never[]) => unknown;

/** The part of a TC39 decorator context that is used; `metadata` may be missing in old emits. */
interface TC39Context {
	readonly kind: 'class' | MemberKind;
	readonly name: PropertyKey | undefined;
	readonly static?: boolean;
	readonly private?: boolean;
	readonly metadata?: object;
	readonly access?: { get?(self: object): unknown };
}

/** Where a decorator stands, whichever of the two standards called it. */
export type DecoratorTarget =
	| { readonly at: 'class'; readonly cls: AnyClass; readonly metadata: object | undefined }
	| { readonly at: 'parameter'; readonly owner: object; readonly key: PropertyKey | undefined; readonly index: number }
	| {
			readonly at: 'member';
			readonly kind: MemberKind;
			readonly key: PropertyKey;
			readonly className: string;
			/** The record of the member, made if need be. */
			member(): Member;
			/** Legacy: the prototype or class. */
			readonly owner?: object;
			/** Legacy: what the member is, to be changed in place; undefined for a field. */
			readonly descriptor?: PropertyDescriptor | undefined;
			/** TC39: the function, or the accessor's parts; undefined for a field. */
			readonly value?: unknown;
			readonly tc39?: TC39Context;
	  };

/**
 * Reads a decorator's arguments, in either standard. Answers undefined where they are not those of a decorator: then
 * the decorator was called with options.
 */
export function readTarget(args: readonly unknown[]): DecoratorTarget | undefined {
	const [first, second, third] = args;
	if (isTC39(second)) return tc39Place(first, second);
	if (args.length >= 2 && isObject(first) && (isKey(second) || second === undefined)) {
		if (typeof third === 'number') return { at: 'parameter', owner: first, key: second, index: third };
		return second === undefined ? undefined : legacyMember(first, second, third as PropertyDescriptor | undefined);
	}
	return typeof first === 'function' && (args.length === 1 || second === undefined)
		? { at: 'class', cls: first as AnyClass, metadata: undefined }
		: undefined;
}

function tc39Place(value: unknown, context: TC39Context): DecoratorTarget {
	if (context.kind === 'class') {
		tieMetadata(value as object, context.metadata);
		return { at: 'class', cls: value as AnyClass, metadata: context.metadata };
	}
	const key = context.name ?? '';
	const { kind } = context;
	// An emit without metadata still weaves: then the wrapper itself says which member it belongs to.
	const known = context.metadata === undefined ? wrapperMember(value) : undefined;
	const metadata = context.metadata ?? {};
	const place = { static: context.static === true, private: context.private === true, ...access(context) };
	return {
		at: 'member',
		kind,
		key,
		className: '(class)',
		member: () => known ?? memberIn(metadata, key, kind, place),
		value,
		tc39: context,
	};
}

function access(context: TC39Context): { access?: { get?(self: object): unknown } } {
	return context.access === undefined ? {} : { access: context.access };
}

function legacyMember(owner: object, key: PropertyKey, descriptor: PropertyDescriptor | undefined): DecoratorTarget {
	const kind = legacyKind(descriptor);
	return {
		at: 'member',
		kind,
		key,
		className: nameOfClass(owner),
		member: () => memberOn(owner, key, kind),
		owner,
		descriptor,
	};
}

function legacyKind(descriptor: PropertyDescriptor | undefined): MemberKind {
	if (descriptor === undefined) return 'field';
	if (descriptor.get !== undefined) return 'getter';
	return descriptor.set === undefined ? 'method' : 'setter';
}

/** The record of an own member of a class, by whichever standard it was decorated; made if need be. */
export function memberOfClass(owner: object, key: PropertyKey): Member {
	return declaredOn(owner).find((one) => one.key === key && one.kind !== 'setter') ?? memberOn(owner, key, 'method');
}

function isTC39(value: unknown): value is TC39Context {
	return isObject(value) && typeof (value as { kind?: unknown }).kind === 'string' && 'name' in value;
}

function isKey(value: unknown): value is PropertyKey {
	return typeof value === 'string' || typeof value === 'symbol' || typeof value === 'number';
}

function isObject(value: unknown): value is object {
	return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
