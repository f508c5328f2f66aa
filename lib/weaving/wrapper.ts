import 'reflect-metadata';
import { types } from 'node:util';
import type { Context } from '@opentelemetry/api';
import type { Advice } from '../invocation/advice.js';
import { invocationOf } from '../invocation/context.js';
import { activeContext, runInContext } from '../runtime/active-context.js';
import { currentEpoch } from '../runtime/epoch.js';
import { passThrough, passThroughLater } from '../settling/pass-through.js';
import { derive, settle } from '../settling/settle.js';
import { anyLateFields, rememberWrapper, wrapperMember } from './declarations.js';
import { type JoinPoint, memberPoint } from './join-point.js';
import type { Member } from './member.js';
import { Invocation } from './running-invocation.js';

/** Any function or method. */
export type Fn = (this: unknown, ...args: never[]) => unknown;

/**
 * The woven form of a function: called as the original is, under observation. Name, length, own properties, prototype
 * and other libraries' metadata are the original's, also metadata set on the original later (by way of the prototype).
 * It is a method, so it cannot be constructed. Weaving a wrapper of the same member answers that wrapper.
 */
export function wrap<F extends Fn>(member: Member, original: F): F {
	if (wrapperMember(original) === member) return original;
	const method = original as unknown as (...args: unknown[]) => unknown;
	const pointOf = pointFinder(member);
	// A generator function may be async too, and answers no promise.
	const isAsync = types.isAsyncFunction(original) && !types.isGeneratorFunction(original);
	let asleepIn = 0;
	let askedIn = 0;
	// A shorthand method has no `prototype` of its own and no [[Construct]], as the methods that it stands for.
	const { wrapper } = {
		wrapper(this: unknown, ...args: unknown[]): unknown {
			const epoch = currentEpoch();
			// 13 ns of a call without an SDK; to find the join point of the receiver's class as well makes it 23.
			if (asleepIn === epoch) return Reflect.apply(method, this, args);
			const point = pointOf(this);
			if (!point.bare) return observe(member, point, method, isAsync, this, args);
			if (askedIn !== epoch) {
				askedIn = epoch;
				if (isAsleep(member)) asleepIn = epoch;
			}
			return Reflect.apply(method, this, args);
		},
	};
	dressAs(wrapper, original);
	rememberWrapper(wrapper, member);
	return wrapper as unknown as F;
}

/** Gives a wrapper everything of the original but its code. */
function dressAs(wrapper: object, original: Fn): void {
	for (const key of Reflect.ownKeys(original)) {
		const own = Object.getOwnPropertyDescriptor(original, key);
		if (own !== undefined) Reflect.defineProperty(wrapper, key, own);
	}
	for (const key of Reflect.getOwnMetadataKeys(original)) {
		Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, original), wrapper);
	}
	Object.setPrototypeOf(wrapper, original);
}

/** True while no decorator on the member has anything to do, whatever it is called on, and no field waits to be woven. */
function isAsleep(member: Member): boolean {
	return !anyLateFields() && member.sayings.every(({ spec }) => spec.asleep?.() === true);
}

/** Finds the join point of a call, with that of the latest receiver's class at hand: most methods see one class only. */
function pointFinder(member: Member): (self: unknown) => JoinPoint {
	let lastOwner: object | undefined;
	let lastPoint: JoinPoint | undefined;
	let lastEpoch = 0;
	return (self) => {
		const epoch = currentEpoch();
		const owner = ownerOf(member, self);
		if (lastPoint === undefined || lastEpoch !== epoch || lastOwner !== owner) {
			lastPoint = pointFor(member, owner, epoch);
			lastOwner = owner;
			lastEpoch = epoch;
		}
		const { lateFields } = lastPoint;
		if (lateFields !== undefined && !wovenInstances.has(self as object)) weaveFields(self, lateFields);
		return lastPoint;
	};
}

/** Whose join point a call has: the receiver's prototype; for static and object members the receiver itself. */
function ownerOf(member: Member, self: unknown): object | undefined {
	if (member.kind === 'function') return undefined;
	if ((typeof self !== 'object' && typeof self !== 'function') || self === null) return undefined;
	if (member.isStatic || member.home === self) return self;
	try {
		return Object.getPrototypeOf(self) ?? undefined;
	} catch {
		return undefined;
	}
}

/** Join points by member and owner, for the epoch that they were made in. */
const points = new WeakMap<Member, { epoch: number; byOwner: WeakMap<object, JoinPoint>; homeless?: JoinPoint }>();

function pointFor(member: Member, owner: object | undefined, epoch: number): JoinPoint {
	let known = points.get(member);
	if (known === undefined || known.epoch !== epoch) {
		known = { epoch, byOwner: new WeakMap() };
		points.set(member, known);
	}
	if (owner === undefined) {
		known.homeless ??= memberPoint(member, undefined);
		return known.homeless;
	}
	let point = known.byOwner.get(owner);
	if (point === undefined) {
		point = memberPoint(member, owner);
		known.byOwner.set(owner, point);
	}
	return point;
}

/** One observed call. */
function observe(
	member: Member,
	point: JoinPoint,
	original: (...args: unknown[]) => unknown,
	isAsync: boolean,
	self: unknown,
	args: unknown[],
): unknown {
	const base = activeContext();
	const parent = invocationOf(base);
	if (parent?.claims(member, self)) return Reflect.apply(original, self, args);
	if (point.sleepers !== undefined && areIdleIn(base, point.sleepers)) {
		// No invocation, no look at the clock and no other context: 0.04 of a span by hand instead of 0.38.
		const result = Reflect.apply(original, self, args);
		const { watch } = point.facts;
		return isAsync ? passThroughLater(result as object, base, watch) : passThrough(result, base, watch);
	}
	return perform(new Invocation(point, self, args, parent, base), original, self, args, isAsync);
}

/** True where none of the advices has anything to do in this context. */
function areIdleIn(context: Context, advices: readonly Advice[]): boolean {
	for (const advice of advices) if (advice.idleIn?.(context) !== true) return false;
	return true;
}

/**
 * Runs an invocation from `enter` to the settling of its result.
 *
 * @param isAsync - whether `fn` is an async function, whose promise is a plain one
 */
export function perform<A extends unknown[]>(
	invocation: Invocation,
	fn: (...args: A) => unknown,
	self: unknown,
	args: A,
	isAsync = false,
): unknown {
	invocation.enter();
	let result: unknown;
	try {
		result = runInContext(invocation.context, fn, self, args);
	} catch (error) {
		invocation.failed(error);
		throw error;
	}
	return isAsync ? derive(result as object, invocation) : settle(result, invocation);
}

const wovenInstances = new WeakSet<object>();

/**
 * Weaves the arrow-function fields of one instance that were decorated in the legacy standard: there the field does
 * not exist yet when it is decorated. A frozen instance keeps its own. Weaving again weaves what was set meanwhile.
 */
export function weaveFields(self: unknown, fields: readonly Member[]): void {
	if (typeof self !== 'object' || self === null) return;
	wovenInstances.add(self);
	for (const field of fields) {
		const own = Object.getOwnPropertyDescriptor(self, field.key);
		if (typeof own?.value === 'function') {
			Reflect.defineProperty(self, field.key, { ...own, value: wrap(field, own.value as Fn) });
		}
	}
}
