import 'reflect-metadata';
import { types } from 'node:util';
import type { Context } from '@opentelemetry/api';
import type { Advice, LiveInvocation } from '../invocation/advice.js';
import { invocationOf } from '../invocation/context.js';
import { activeContext, runInContext } from '../runtime/active-context.js';
import { currentEpoch } from '../runtime/epoch.js';
import { apply, defineProperty, ownKeys } from '../runtime/intrinsics.js';
import { warnFault } from '../runtime/log-once.js';
import { passThrough, passThroughLater } from '../settling/pass-through.js';
import { settle, settlePlainPromise } from '../settling/settle.js';
import { hasInstanceFields, rememberWrapper, wrapperMember } from './declarations/declarations.js';
import type { Member } from './declarations/member.js';
import { enterInvocation } from './invocations/invocation-lifecycle.js';
import { RunningInvocation } from './invocations/running-invocation.js';
import { createMemberJoinPoint, type JoinPoint } from './join-points/join-point.js';

/** Any function or method. */
export type Fn = (this: unknown, ...args: never[]) => unknown;

/**
 * Returns the woven form of a function: it is called as the original is, and observed. Name, length, own properties,
 * prototype and the metadata of other libraries are the original's; metadata that is set on the original later is
 * inherited through the prototype. The woven form is a method, so it cannot be constructed.
 *
 * @returns `original` itself if it is a wrapper of the same member already
 */
export function wrap<F extends Fn>(member: Member, original: F): F {
	if (wrapperMember(original) === member) return original;
	const method = original as unknown as (...args: unknown[]) => unknown;
	const pointOf = joinPointFinder(member);
	// An async generator function counts as async too, but does not return a promise.
	const isAsync = types.isAsyncFunction(original) && !types.isGeneratorFunction(original);
	// The latest epoch in which the member was found idle, and the latest one in which that was checked.
	let idleEpoch = 0;
	let checkedEpoch = 0;
	// A shorthand method has no `prototype` of its own and no [[Construct]], like the methods that it replaces.
	const { wrapper } = {
		wrapper(this: unknown, ...args: unknown[]): unknown {
			const epoch = currentEpoch();
			// Costs 13 ns of a call without an SDK; finding the join point of the receiver's class first makes it 23.
			if (idleEpoch === epoch) return apply(method, this, args);
			let point: JoinPoint | undefined;
			try {
				// The member is not idle, or not checked yet; on this class it may be unobserved, by a rule or a super call.
				point = pointOf(this);
				// Once per epoch, because the check reads all decorators of the member.
				if (point.unobserved && checkedEpoch !== epoch) {
					checkedEpoch = epoch;
					if (isIdle(member)) idleEpoch = epoch;
				}
			} catch (error) {
				warnFault('The observation of a call', error);
			}
			if (point === undefined || point.unobserved) return apply(method, this, args);
			return observe(member, point, method, isAsync, this, args);
		},
	};
	// Frameworks find routes and guards by the metadata and properties of a method: a wrapper without them loses both.
	copyProperties(original, wrapper);
	rememberWrapper(wrapper, member);
	return wrapper as unknown as F;
}

/** Gives a wrapper the properties, the metadata and, as its prototype, the identity of the original. */
function copyProperties(original: Fn, wrapper: object): void {
	for (const key of ownKeys(original)) {
		const descriptor = Object.getOwnPropertyDescriptor(original, key);
		if (descriptor !== undefined) defineProperty(wrapper, key, descriptor);
	}
	for (const key of Reflect.getOwnMetadataKeys(original)) {
		Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, original), wrapper);
	}
	Object.setPrototypeOf(wrapper, original);
}

/**
 * True if no decorator on the member has anything to do on any receiver, and no class has fields to weave on instances.
 */
function isIdle(member: Member): boolean {
	return !hasInstanceFields() && member.decorators.every(({ spec }) => spec.idle?.() === true);
}

/**
 * Returns a function that finds the join point of a call. It keeps the join point of the latest receiver's class,
 * because most methods are called on one class only.
 */
function joinPointFinder(member: Member): (self: unknown) => JoinPoint {
	let lastOwner: object | undefined;
	let lastPoint: JoinPoint | undefined;
	let lastEpoch = 0;
	return (self) => {
		const epoch = currentEpoch();
		const owner = receiverOwner(member, self);
		if (lastPoint === undefined || lastEpoch !== epoch || lastOwner !== owner) {
			lastPoint = joinPointFor(member, owner, epoch);
			lastOwner = owner;
			lastEpoch = epoch;
		}
		const { instanceFields } = lastPoint;
		if (instanceFields !== undefined && !wovenInstances.has(self as object)) weaveFields(self, instanceFields);
		return lastPoint;
	};
}

/**
 * Returns the object that a call's join point is kept for: the receiver's prototype, and for static members and members
 * woven on an object the receiver itself. Undefined for functions, and for a receiver that is no object.
 */
function receiverOwner(member: Member, self: unknown): object | undefined {
	if (member.kind === 'function') return undefined;
	if ((typeof self !== 'object' && typeof self !== 'function') || self === null) return undefined;
	if (member.isStatic || member.homeObject === self) return self;
	try {
		return Object.getPrototypeOf(self) ?? undefined;
	} catch {
		return undefined;
	}
}

/** The join points of one member, in the epoch in which they were created. */
interface MemberJoinPoints {
	readonly epoch: number;
	readonly byOwner: WeakMap<object, JoinPoint>;
	/** The join point of calls without an owner. */
	withoutOwner?: JoinPoint;
}

/** The join points of all members. They are weak, so that classes and instances can be collected. */
const joinPoints = new WeakMap<Member, MemberJoinPoints>();

/** Returns the join point of a member for an owner; creates it at the first call of an epoch. */
function joinPointFor(member: Member, owner: object | undefined, epoch: number): JoinPoint {
	let known = joinPoints.get(member);
	if (known === undefined || known.epoch !== epoch) {
		known = { epoch, byOwner: new WeakMap() };
		joinPoints.set(member, known);
	}
	if (owner === undefined) {
		known.withoutOwner ??= createMemberJoinPoint(member, undefined);
		return known.withoutOwner;
	}
	let point = known.byOwner.get(owner);
	if (point === undefined) {
		point = createMemberJoinPoint(member, owner);
		known.byOwner.set(owner, point);
	}
	return point;
}

/** Calls the original as an invocation, or without one if the call belongs to its caller's or every advice is idle. */
function observe(
	member: Member,
	point: JoinPoint,
	original: (...args: unknown[]) => unknown,
	isAsync: boolean,
	self: unknown,
	args: unknown[],
): unknown {
	const base = activeContext();
	let parent: LiveInvocation | undefined;
	// Whether a dispatcher has begun the invocation, and this is its call of the method.
	let claimed = false;
	let idle = false;
	try {
		parent = invocationOf(base);
		claimed = parent?.claims(member, self) === true;
		idle = point.idleByContext !== undefined && areIdleIn(base, point.idleByContext);
	} catch (error) {
		warnFault('The observation of a call', error);
		return apply(original, self, args);
	}
	if (claimed) return apply(original, self, args);
	if (!idle) {
		const invocation = newInvocation(point, self, args, parent, base);
		return invocation === undefined ? apply(original, self, args) : perform(invocation, original, self, args, isAsync);
	}
	// No invocation, no reading of the clock and no new context: 0.04 of a hand-written span instead of 0.38.
	const result = apply(original, self, args);
	const { watch } = point.options;
	return isAsync ? passThroughLater(result as object, base, watch) : passThrough(result, base, watch);
}

/** Returns an invocation that has not begun; undefined if it cannot be created. Never throws. */
function newInvocation(
	point: JoinPoint,
	self: unknown,
	args: unknown[],
	parent: LiveInvocation | undefined,
	base: Context,
): RunningInvocation | undefined {
	try {
		return new RunningInvocation(point, self, args, parent, base);
	} catch (error) {
		warnFault('The beginning of an invocation', error);
		return undefined;
	}
}

/** True if none of the advices has anything to do with a call in this context. */
function areIdleIn(context: Context, advices: readonly Advice[]): boolean {
	for (let i = 0; i < advices.length; i++) if (advices[i]?.idleIn?.(context) !== true) return false;
	return true;
}

/**
 * Runs an invocation: its beginning, the function in the invocation's context, and the settling of its result.
 *
 * @param isAsync - whether `fn` is an async function, which always returns a plain promise. @default false
 * @returns what `fn` returns, or a settled form of it that behaves the same
 * @throws what `fn` throws, and nothing else
 */
export function perform<A extends unknown[]>(
	invocation: RunningInvocation,
	fn: (...args: A) => unknown,
	self: unknown,
	args: A,
	isAsync = false,
): unknown {
	enterInvocation(invocation);
	let result: unknown;
	try {
		result = runInContext(invocation.otelContext, fn, self, args);
	} catch (error) {
		invocation.failed(error);
		throw error;
	}
	return isAsync ? settlePlainPromise(result as object, invocation) : settle(result, invocation);
}

/** The instances whose fields have been woven. */
const wovenInstances = new WeakSet<object>();

/**
 * Weaves the arrow-function fields of one instance that were decorated in the legacy standard: in that standard a field
 * does not exist yet when it is decorated. The fields of a frozen instance stay unwoven. A second call weaves the
 * functions that were assigned since the first.
 */
export function weaveFields(self: unknown, fields: readonly Member[]): void {
	if (typeof self !== 'object' || self === null) return;
	wovenInstances.add(self);
	for (const field of fields) {
		const descriptor = Object.getOwnPropertyDescriptor(self, field.key);
		if (typeof descriptor?.value === 'function') {
			defineProperty(self, field.key, { ...descriptor, value: wrap(field, descriptor.value as Fn) });
		}
	}
}
