import type { Context } from '@opentelemetry/api';
import { activeContext, runInContext } from '../../runtime/active-context.js';
import type { Consumption } from '../common/consumption.js';
import { inspect } from '../common/inspect.js';
import { type AnyFunction, overrideProperty } from '../common/override-property.js';
import type { StreamTimer } from '../common/stream-timing.js';

/**
 * Watches an observable: each subscription is a part of its consumption. The producer runs in the invocation's context,
 * the consumer's callbacks in the consumer's.
 *
 * @returns false where the object does not let itself be hooked (frozen)
 */
export function watchObservable(observable: object, subscribe: AnyFunction, consumption: Consumption): boolean {
	return overrideProperty(
		observable,
		'subscribe',
		{
			subscribe(this: unknown, ...args: unknown[]): unknown {
				const { settlement } = consumption;
				if (settlement.ended) return Reflect.apply(subscribe, this, args);
				const part = consumption.part();
				part.pace?.waits();
				const consumer = activeContext();
				const given = args[0];
				if (isSubscriber(given)) tapSubscriber(given, part, consumer);
				else args = [observerFor(args, part, consumer), ...args.slice(3)];
				const subscription = subscribeIn(subscribe, this, args, part);
				if (subscription !== given) watchUnsubscribe(subscription, part);
				return subscription;
			},
		}.subscribe,
	);
}

function subscribeIn(subscribe: AnyFunction, self: unknown, args: unknown[], part: Consumption): unknown {
	try {
		return part.settlement.run(subscribe, self, args);
	} catch (error) {
		part.failed(error);
		throw error;
	}
}

/** RxJS's operators pass a Subscriber, which is observer and subscription in one and must stay that object. */
function isSubscriber(value: unknown): value is object {
	if (typeof value !== 'object' || value === null) return false;
	return ['next', 'error', 'complete', 'unsubscribe', 'add'].every((key) => typeof inspect(value, key) === 'function');
}

function tapSubscriber(subscriber: object, part: Consumption, consumer: Context): void {
	tap(subscriber, 'next', consumer, (value) => part.item(value), part.pace);
	tap(subscriber, 'error', consumer, (error) => part.failed(error));
	tap(subscriber, 'complete', consumer, () => part.finished());
	watchUnsubscribe(subscriber, part);
}

function tap(
	subscriber: object,
	key: string,
	consumer: Context,
	saw: (value: unknown) => void,
	pace?: StreamTimer,
): void {
	const original = inspect(subscriber, key) as AnyFunction;
	const tapped = {
		[key](this: unknown, ...args: unknown[]): unknown {
			saw(args[0]);
			try {
				return runInContext(consumer, original, this, args);
			} finally {
				pace?.waits();
			}
		},
	};
	overrideProperty(subscriber, key, tapped[key]);
}

function watchUnsubscribe(subscription: unknown, part: Consumption): void {
	if (typeof subscription !== 'object' || subscription === null) return;
	const unsubscribe = inspect(subscription, 'unsubscribe');
	if (typeof unsubscribe !== 'function') return;
	overrideProperty(
		subscription,
		'unsubscribe',
		{
			unsubscribe(this: unknown, ...args: unknown[]): unknown {
				const { settlement } = part;
				if (settlement.ended) return Reflect.apply(unsubscribe, this, args);
				try {
					return settlement.run(unsubscribe as AnyFunction, this, args);
				} finally {
					part.left();
				}
			},
		}.unsubscribe,
	);
}

/**
 * The consumer's observer, or its callbacks, behind one observer of ours. An error for which the consumer has no handler
 * is thrown from ours: every implementation then reports it as it would have without us.
 */
function observerFor(args: unknown[], part: Consumption, consumer: Context): object {
	const [given, onError, onComplete] = args;
	const observer = (
		typeof given === 'object' && given !== null ? given : { next: given, error: onError, complete: onComplete }
	) as Record<string, unknown>;
	const call = (key: string, values: unknown[]): unknown => {
		const handler = observer[key];
		if (typeof handler === 'function') return runInContext(consumer, handler as AnyFunction, observer, values);
		if (key === 'error') throw values[0];
		return undefined;
	};
	const ours: Record<string, AnyFunction> = {
		next(...values) {
			part.item(values[0]);
			try {
				return call('next', values);
			} finally {
				part.pace?.waits();
			}
		},
		error(...values) {
			part.failed(values[0]);
			return call('error', values);
		},
		complete(...values) {
			part.finished();
			return call('complete', values);
		},
	};
	if (typeof inspect(observer, 'start') === 'function') ours['start'] = (...values) => call('start', values);
	return ours;
}
