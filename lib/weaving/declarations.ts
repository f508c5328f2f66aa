import 'reflect-metadata';
import { rememberDeclared } from '../rules/declared.js';
import { newEpoch } from '../runtime/epoch.js';
import { processState } from '../runtime/process-state.js';
import { Member, type MemberKind } from './member.js';

/**
 * Where declarations are kept, in both decorator standards: reflect-metadata on the prototype or class in the legacy
 * one, `Symbol.metadata` in TC39's. No other module knows which.
 */
const MEMBERS = 'agentese:members';
const HANDLE = 'agentese:handle';
const ATTRIBUTES = 'agentese:attributes';
const METADATA = 'agentese:metadata';
const TC39_MEMBERS = Symbol.for(MEMBERS);
const TC39_ATTRIBUTES = Symbol.for(ATTRIBUTES);

// tsc leaves `context.metadata` undefined where the symbol is missing; Node 24 does not have it yet.
(Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata');
const SYMBOL_METADATA: symbol = (Symbol as unknown as { metadata: symbol }).metadata;

/** An `@Attribute` on a field or accessor: its value on the receiver goes to the span. */
export interface MemberAttribute {
	readonly attribute: string;
	read(self: object): unknown;
}

/** Whether any class has an arrow-function field that was decorated in the legacy standard. */
const late = processState('weaving/late-fields', () => ({ any: false }));

/** True where some class has fields that are woven on each instance, at the first woven call on it. */
export function anyLateFields(): boolean {
	return late.any;
}

/** The wrappers of the toolkit, and the member that each belongs to. */
const wrappers = processState('weaving/wrappers', () => new WeakMap<object, Member>());

/** Remembers that a function is a wrapper of this member. */
export function rememberWrapper(wrapper: object, member: Member): void {
	wrappers.set(wrapper, member);
}

/** The member that a wrapper of the toolkit belongs to; undefined for any other value. */
export function wrapperMember(value: unknown): Member | undefined {
	return typeof value === 'function' ? wrappers.get(value) : undefined;
}

/** The record of a member that was decorated in the legacy standard, or woven by `weave`; made on first use. */
export function memberOn(owner: object, key: PropertyKey, kind: MemberKind): Member {
	let members = Reflect.getOwnMetadata(MEMBERS, owner) as Member[] | undefined;
	if (members === undefined) {
		members = [];
		Reflect.defineMetadata(MEMBERS, members, owner);
		rememberDeclared(owner);
	}
	const name = typeof key === 'number' ? String(key) : key;
	let member = members.find((one) => one.key === name);
	if (member === undefined) {
		member = new Member(name, kind, typeof owner === 'function');
		member.home = owner;
		if (kind === 'field') late.any = true;
		members.push(member);
	}
	newEpoch();
	return member;
}

/**
 * The record of a member that was decorated in the TC39 standard; made on first use. A getter and a setter of one name
 * are decorated apart there, so they are two records.
 */
export function memberIn(metadata: object, key: PropertyKey, kind: MemberKind, place: TC39Target): Member {
	const members = ownList<Member>(metadata, TC39_MEMBERS);
	let member = members.find(
		(one) =>
			one.key === key &&
			one.isStatic === place.static &&
			one.isPrivate === place.private &&
			(one.kind === 'setter') === (kind === 'setter'),
	);
	if (member === undefined) {
		member = new Member(key, kind, place.static, place.private, metadata);
		if (place.private) member.readPrivate = place.access?.get;
		members.push(member);
	}
	newEpoch();
	return member;
}

/** A list under a symbol of a metadata object, which inherits from that of the parent class: so its own, never that one. */
function ownList<T>(metadata: object, key: symbol): T[] {
	if (!Object.hasOwn(metadata, key)) Object.defineProperty(metadata, key, { value: [] });
	return (metadata as Record<symbol, T[]>)[key] ?? [];
}

/** The part of a TC39 decorator context that a member's record needs. */
export interface TC39Target {
	readonly static: boolean;
	readonly private: boolean;
	readonly access?: { get?(self: object): unknown };
}

/** Ties a class to the metadata object that its TC39 class decorators were given. */
export function tieMetadata(cls: object, metadata: object | undefined): void {
	if (metadata !== undefined) Reflect.defineMetadata(METADATA, metadata, cls);
}

function metadataOf(cls: object): object | undefined {
	const tied = Reflect.getOwnMetadata(METADATA, cls) as object | undefined;
	if (tied !== undefined) return tied;
	const own = Object.getOwnPropertyDescriptor(cls, SYMBOL_METADATA)?.value as unknown;
	return typeof own === 'object' && own !== null ? own : undefined;
}

/** The members that a prototype, a class's static side, or a woven object declares itself. */
export function declaredOn(owner: object): Member[] {
	const legacy = (Reflect.getOwnMetadata(MEMBERS, owner) as Member[] | undefined) ?? [];
	const metadata = metadataFor(owner);
	if (metadata === undefined) return legacy;
	const isStatic = typeof owner === 'function';
	const tc39 = ownList<Member>(metadata, TC39_MEMBERS).filter((member) => member.isStatic === isStatic);
	for (const member of tc39) member.home ??= owner;
	return [...legacy, ...tc39];
}

function metadataFor(owner: object): object | undefined {
	if (typeof owner === 'function') return metadataOf(owner);
	const cls = Object.getOwnPropertyDescriptor(owner, 'constructor')?.value as unknown;
	return typeof cls === 'function' && cls.prototype === owner ? metadataOf(cls) : undefined;
}

/** Says what a class, or a woven object, answers for. */
export function declareHandle(target: object, handle: string): void {
	Reflect.defineMetadata(HANDLE, handle, target);
	rememberDeclared(target);
	newEpoch();
}

/** The handle of a class or woven object, its own or inherited. */
export function handleOf(target: object): string | undefined {
	return Reflect.getMetadata(HANDLE, target) as string | undefined;
}

/** The handle that this very class or object declares. */
export function ownHandleOf(target: object): string | undefined {
	return Reflect.getOwnMetadata(HANDLE, target) as string | undefined;
}

/** Adds an `@Attribute` of a field or accessor, legacy (by prototype) or TC39 (by metadata object). */
export function declareAttribute(place: { owner: object } | { metadata: object }, attribute: MemberAttribute): void {
	if ('owner' in place) {
		const known = (Reflect.getOwnMetadata(ATTRIBUTES, place.owner) as MemberAttribute[] | undefined) ?? [];
		Reflect.defineMetadata(ATTRIBUTES, [...known, attribute], place.owner);
	} else {
		ownList<MemberAttribute>(place.metadata, TC39_ATTRIBUTES).push(attribute);
	}
	newEpoch();
}

/** The `@Attribute`s on fields and accessors that a prototype or class declares itself. */
export function attributesOn(owner: object): MemberAttribute[] {
	const legacy = (Reflect.getOwnMetadata(ATTRIBUTES, owner) as MemberAttribute[] | undefined) ?? [];
	const metadata = metadataFor(owner);
	return metadata === undefined ? legacy : [...legacy, ...ownList<MemberAttribute>(metadata, TC39_ATTRIBUTES)];
}
