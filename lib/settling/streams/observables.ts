import type { Context } from '@opentelemetry/api';
import { activeContext, runInContext } from '../../runtime/active-context.js';
import { apply } from '../../runtime/intrinsics.js';
import type { Consumption } from '../common/consumption.js';
import { inspect } from '../common/inspect.js';
import { type AnyFunction, overrideProperty } from '../common/override-property.js';
import type { StreamTimer } from '../common/stream-timing.js';
import type { WatchedResult } from '../common/watched-result.js';

/**
 * Watches an observable: each subscription is a part of its consumption. The producer runs in the invocation's context,
 * and the callbacks of the consumer run in that of the consumer.
 *
 * @param subscribe - the value of its `subscribe`, which was read already
 * @returns false if the object cannot be watched (frozen)
 */
export function watchObservable(observable: object, subscribe: AnyFunction, result: WatchedResult): boolean {
	const override = {
		subscribe(this: unknown, ...args: unknown[]): unknown {
			const { consumption } = result;
			if (consumption.settlement.ended) return apply(subscribe, this, args);
			result.begun = true;
			const part = consumption.part();
			part.timer?.waiting();
			const consumer = activeContext();
			const observerOrNext = args[0];
			if (isSubscriber(observerOrNext)) watchSubscriber(observerOrNext, part, consumer);
			else args = [watchingObserver(args, part, consumer), ...args.slice(3)];
			const subscription = subscribeInContext(subscribe, this, args, part);
			// A Subscriber is returned as the subscription too, and is watched already.
			if (subscription !== observerOrNext) watchUnsubscribe(subscription, part);
			return subscription;
		},
	}.subscribe;
	result.overrode('subscribe', override);
	return overrideProperty(observable, 'subscribe', override);
}

/** Calls `subscribe` in the invocation's context. What it throws fails the result. */
function subscribeInContext(subscribe: AnyFunction, self: unknown, args: unknown[], part: Consumption): unknown {
	try {
		return part.settlement.run(subscribe, self, args);
	} catch (error) {
		part.failed(error);
		throw error;
	}
}

/**
 * Returns true for a Subscriber of RxJS, which its operators pass to `subscribe`. It is observer and subscription in
 * one, and must stay the same object.
 */
function isSubscriber(value: unknown): value is object {
	if (typeof value !== 'object' || value === null) return false;
	return ['next', 'error', 'complete', 'unsubscribe', 'add'].every((key) => typeof inspect(value, key) === 'function');
}

/** Watches a Subscriber by overriding its members. */
function watchSubscriber(subscriber: object, part: Consumption, consumer: Context): void {
	watchHandler(subscriber, 'next', consumer, (value) => part.item(value), part.timer);
	watchHandler(subscriber, 'error', consumer, (error) => part.failed(error));
	watchHandler(subscriber, 'complete', consumer, () => part.done());
	watchUnsubscribe(subscriber, part);
}

/**
 * Overrides one handler of a Subscriber. The original runs in the consumer's context.
 *
 * @param report - called first, with the argument of the handler
 * @param timer - given for `next` only: the consumer waits for the next item once it handled this one
 */
function watchHandler(
	subscriber: object,
	key: string,
	consumer: Context,
	report: (value: unknown) => void,
	timer?: StreamTimer,
): void {
	const original = inspect(subscriber, key) as AnyFunction;
	const override = {
		[key](this: unknown, ...args: unknown[]): unknown {
			report(args[0]);
			try {
				return runInContext(consumer, original, this, args);
			} finally {
				timer?.waiting();
			}
		},
	};
	overrideProperty(subscriber, key, override[key]);
}

/** Overrides `unsubscribe` of a subscription: it cancels the part. */
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
				if (settlement.ended) return apply(unsubscribe, this, args);
				try {
					return settlement.run(unsubscribe as AnyFunction, this, args);
				} finally {
					part.cancelled();
				}
			},
		}.unsubscribe,
	);
}

/**
 * Returns the observer that is passed to `subscribe` in place of the consumer's observer or callbacks, and calls those
 * in the consumer's context. An error for which the consumer has no handler is thrown: every implementation of
 * observables then reports it as it does without the toolkit.
 */
function watchingObserver(args: unknown[], part: Consumption, consumer: Context): object {
	const [observerOrNext, onError, onComplete] = args;
	const observer = (
		typeof observerOrNext === 'object' && observerOrNext !== null
			? observerOrNext
			: { next: observerOrNext, error: onError, complete: onComplete }
	) as Record<string, unknown>;
	// The handlers are read when they are called, and with the observer as `this`, as every implementation does.
	const call = (key: string, values: unknown[]): unknown => {
		const handler = observer[key];
		if (typeof handler === 'function') return runInContext(consumer, handler as AnyFunction, observer, values);
		if (key === 'error') throw values[0];
		return undefined;
	};
	const watching: Record<string, AnyFunction> = {
		next(...values) {
			part.item(values[0]);
			try {
				return call('next', values);
			} finally {
				part.timer?.waiting();
			}
		},
		error(...values) {
			part.failed(values[0]);
			return call('error', values);
		},
		complete(...values) {
			part.done();
			return call('complete', values);
		},
	};
	// `start` belongs to the observers of the TC39 proposal.
	if (typeof inspect(observer, 'start') === 'function') watching['start'] = (...values) => call('start', values);
	return watching;
}
