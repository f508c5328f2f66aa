import { runInContext } from '../../runtime/active-context.js';
import { inspect } from '../../settling/common/inspect.js';
import { type AnyFunction, overrideProperty, ownerOf } from '../../settling/common/override-property.js';
import { settle } from '../../settling/settle.js';
import { type CallReaders, CallSettlement } from './call-settlement.js';
import { openModelCall } from './model-call.js';

/**
 * Overrides a method on one object. A method that the object inherits is looked up again at each call, so that an
 * instrumentation which patches the class later still takes part; a method of the object itself is kept.
 *
 * @param replacement - called instead of the method, with the original method, `this` and the arguments of the call.
 *   What it returns or throws is what the caller gets
 * @returns false if there is no such method, or if the object cannot be changed
 */
export function overrideMethod(
	owner: object,
	key: string,
	replacement: (original: AnyFunction, self: unknown, args: unknown[]) => unknown,
): boolean {
	const ownMethod = ownerOf(owner, key) === owner ? inspect(owner, key) : undefined;
	const original = () => ownMethod ?? inspect(Reflect.getPrototypeOf(owner) ?? {}, key);
	if (typeof original() !== 'function') return false;
	const override = {
		[key](this: unknown, ...args: unknown[]): unknown {
			return replacement(original() as AnyFunction, this, args);
		},
	}[key];
	return overrideProperty(owner, key, override);
}

/**
 * Makes each call of a method a model call: its result is watched to its end, streams included, and the usage in it is
 * reported once. The caller gets what the method returned (for a plain native promise, one derived from it).
 *
 * @param readers - read the usage if it is not where `usageIn` and `StreamUsage` look for it
 * @returns false if there is no such method, or if the object cannot be changed
 */
export function meterMethod(owner: object, key: string, readers: CallReaders = {}): boolean {
	return overrideMethod(owner, key, (original, self, args) => {
		const call = openModelCall();
		return settle(runInContext(call.context, original, self, args), new CallSettlement(call, readers));
	});
}
