import 'reflect-metadata';
import { rememberDeclared } from '../../rules/declared.js';
import { beginEpoch } from '../../runtime/epoch.js';
import { processState } from '../../runtime/process-state.js';
import { Member, type MemberKind } from './member.js';

/**
 * The keys of declarations. Both decorator standards are stored and read here and nowhere else: reflect-metadata on the
 * prototype or class for the legacy standard, `Symbol.metadata` for the TC39 standard.
 */
const MEMBERS = 'agentese:members';
/** The handle of a class or woven object. */
const HANDLE = 'agentese:handle';
/** Which members of a class or woven object are published. */
const PUBLISH = 'agentese:publish';
/** The `@SpanAttribute`s on fields and accessors. */
const ATTRIBUTES = 'agentese:attributes';
/** The TC39 metadata object of a class. */
const METADATA = 'agentese:metadata';
const TC39_MEMBERS = Symbol.for(MEMBERS);
const TC39_ATTRIBUTES = Symbol.for(ATTRIBUTES);

// tsc leaves `context.metadata` undefined if `Symbol.metadata` is missing, and Node 24 does not have it yet.
(Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata');
const SYMBOL_METADATA: symbol = (Symbol as unknown as { metadata: symbol }).metadata;

/** An `@SpanAttribute` on a field or accessor, whose value on the receiver is written on the span. */
export interface MemberAttribute {
	/** The attribute's key on the span. */
	readonly attribute: string;
	/** Whether spans inside the invocation get it too. */
	readonly propagate: boolean;
	/** Reads the value from the receiver of a call. Throws what a getter of the application throws. */
	read(self: object): unknown;
}

/** Whether any class has an arrow-function field that was decorated in the legacy standard. */
const instanceFields = processState('weaving/late-fields', () => ({ any: false }));

/** True if some class has fields that are woven on each instance, at the first call of a woven method on it. */
export function hasInstanceFields(): boolean {
	return instanceFields.any;
}

/** The members of all wrappers. */
const wrappers = processState('weaving/wrappers', () => new WeakMap<object, Member>());

/** Records that a function is the wrapper of a member. */
export function rememberWrapper(wrapper: object, member: Member): void {
	wrappers.set(wrapper, member);
}

/** Returns the member of a wrapper; undefined for any other value. */
export function wrapperMember(value: unknown): Member | undefined {
	return typeof value === 'function' ? wrappers.get(value) : undefined;
}

/**
 * Returns the record of a member that is decorated in the legacy standard or woven by `instrument()`; creates it at the
 * first call.
 *
 * @param owner - the prototype, the class for a static member, or the woven object
 */
export function memberOn(owner: object, key: PropertyKey, kind: MemberKind): Member {
	let members = Reflect.getOwnMetadata(MEMBERS, owner) as Member[] | undefined;
	if (members === undefined) {
		members = [];
		Reflect.defineMetadata(MEMBERS, members, owner);
		rememberDeclared(owner);
	}
	// esbuild and tsx pass a number as the key of a method such as `123() {}`.
	const name = typeof key === 'number' ? String(key) : key;
	let member = members.find((known) => known.key === name);
	if (member === undefined) {
		member = new Member(name, kind, typeof owner === 'function');
		member.homeObject = owner;
		if (kind === 'field') instanceFields.any = true;
		members.push(member);
	}
	beginEpoch();
	return member;
}

/**
 * Returns the record of a member that is decorated in the TC39 standard; creates it at the first call. That standard
 * decorates the getter and the setter of one name separately, so they have two records.
 *
 * @param metadata - the metadata object of the declaring class
 */
export function memberIn(metadata: object, key: PropertyKey, kind: MemberKind, target: TC39Target): Member {
	const members = ownList<Member>(metadata, TC39_MEMBERS);
	// A static and an instance member, and a private and a public one, may have one name.
	let member = members.find(
		(known) =>
			known.key === key &&
			known.isStatic === target.static &&
			known.isPrivate === target.private &&
			(known.kind === 'setter') === (kind === 'setter'),
	);
	if (member === undefined) {
		member = new Member(key, kind, target.static, target.private, metadata);
		if (target.private) member.readPrivate = target.access?.get;
		members.push(member);
	}
	beginEpoch();
	return member;
}

/**
 * Returns the list under a symbol of a metadata object itself, never the one that it inherits from the base class's.
 */
function ownList<T>(metadata: object, key: symbol): T[] {
	if (!Object.hasOwn(metadata, key)) Object.defineProperty(metadata, key, { value: [] });
	return (metadata as Record<symbol, T[]>)[key] ?? [];
}

/** The part of a TC39 decorator context that the record of a member needs. */
interface TC39Target {
	readonly static: boolean;
	readonly private: boolean;
	readonly access?: { get?(self: object): unknown };
}

/**
 * Records the metadata object that the TC39 decorators of a class received. While they run the class still shows its
 * base class's metadata object.
 */
export function bindMetadata(cls: object, metadata: object | undefined): void {
	if (metadata !== undefined) Reflect.defineMetadata(METADATA, metadata, cls);
}

/** Returns the TC39 metadata object of a class; undefined if it has none of its own. */
function metadataOf(cls: object): object | undefined {
	const bound = Reflect.getOwnMetadata(METADATA, cls) as object | undefined;
	if (bound !== undefined) return bound;
	const own = Object.getOwnPropertyDescriptor(cls, SYMBOL_METADATA)?.value as unknown;
	return typeof own === 'object' && own !== null ? own : undefined;
}

/** Returns the members that a prototype, the static side of a class, or a woven object declares itself, in order. */
export function declaredOn(owner: object): Member[] {
	const legacy = (Reflect.getOwnMetadata(MEMBERS, owner) as Member[] | undefined) ?? [];
	const metadata = metadataFor(owner);
	if (metadata === undefined) return legacy;
	const isStatic = typeof owner === 'function';
	const tc39 = ownList<Member>(metadata, TC39_MEMBERS).filter((member) => member.isStatic === isStatic);
	// Only here does a TC39 member meet its class: the decorator of a member does not receive it.
	for (const member of tc39) member.homeObject ??= owner;
	return [...legacy, ...tc39];
}

/** Returns the TC39 metadata object of a class, or of the class of a prototype; undefined for any other object. */
function metadataFor(owner: object): object | undefined {
	if (typeof owner === 'function') return metadataOf(owner);
	const cls = Object.getOwnPropertyDescriptor(owner, 'constructor')?.value as unknown;
	return typeof cls === 'function' && cls.prototype === owner ? metadataOf(cls) : undefined;
}

/**
 * Which methods and arrow-function fields of a resolver a path can reach: `aspects`: those with `@Aspect`; `annotated`:
 * as well those with any other decorator of the toolkit on the member itself.
 */
export type Publishing = 'aspects' | 'annotated';

/**
 * Sets the handle of a class or a woven object.
 *
 * @param publish - which members are published; it replaces what a base class declares. @default 'aspects'
 */
export function declareHandle(target: object, handle: string, publish: Publishing = 'aspects'): void {
	Reflect.defineMetadata(HANDLE, handle, target);
	Reflect.defineMetadata(PUBLISH, publish, target);
	rememberDeclared(target);
	beginEpoch();
}

/** Returns the handle of a class or a woven object, inherited ones included. */
export function handleOf(target: object): string | undefined {
	return Reflect.getMetadata(HANDLE, target) as string | undefined;
}

/** Returns which members are published, as the nearest declaration of a handle sets it; undefined without a handle. */
export function publishingOf(target: object): Publishing | undefined {
	return Reflect.getMetadata(PUBLISH, target) as Publishing | undefined;
}

/**
 * Adds an `@SpanAttribute` of a field or accessor.
 *
 * @param target - the prototype or class in the legacy standard, the metadata object in the TC39 standard
 */
export function declareAttribute(target: { owner: object } | { metadata: object }, attribute: MemberAttribute): void {
	if ('owner' in target) {
		const known = (Reflect.getOwnMetadata(ATTRIBUTES, target.owner) as MemberAttribute[] | undefined) ?? [];
		Reflect.defineMetadata(ATTRIBUTES, [...known, attribute], target.owner);
	} else {
		ownList<MemberAttribute>(target.metadata, TC39_ATTRIBUTES).push(attribute);
	}
	beginEpoch();
}

/** Returns the `@SpanAttribute`s on fields and accessors that a prototype or a class declares itself. */
export function attributesOn(owner: object): MemberAttribute[] {
	const legacy = (Reflect.getOwnMetadata(ATTRIBUTES, owner) as MemberAttribute[] | undefined) ?? [];
	const metadata = metadataFor(owner);
	return metadata === undefined ? legacy : [...legacy, ...ownList<MemberAttribute>(metadata, TC39_ATTRIBUTES)];
}
