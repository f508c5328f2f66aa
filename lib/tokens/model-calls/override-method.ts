import { inspect } from '../../settling/common/inspect.js';
import { type AnyFunction, overrideProperty, ownerOf } from '../../settling/common/override-property.js';
import { settle } from '../../settling/settle.js';
import { type CallReaders, CallSettlement } from './call-settlement.js';
import { openModelCall } from './model-call.js';

/**
 * Puts a method in front of one of the object, under the same name. The method behind it is looked up at each call, so
 * that an instrumentation which changes the class later is still met; one that the object owns itself is kept.
 *
 * @param make - answers what stands in front: it gets the method behind it, `this` and the arguments of the call
 * @returns false where there is no such method, or the object does not let itself be changed
 */
export function overrideMethod(
	owner: object,
	key: string,
	instead: (behind: AnyFunction, self: unknown, args: unknown[]) => unknown,
): boolean {
	const own = ownerOf(owner, key) === owner ? inspect(owner, key) : undefined;
	const behind = () => own ?? inspect(Reflect.getPrototypeOf(owner) ?? {}, key);
	if (typeof behind() !== 'function') return false;
	const front = {
		[key](this: unknown, ...args: unknown[]): unknown {
			return instead(behind() as AnyFunction, this, args);
		},
	}[key];
	return overrideProperty(owner, key, front);
}

/**
 * Makes each call of a method a model call: its result is followed to its end, streams too, and the usage in it is said
 * once. What the caller gets is what the method gave (of a plain native promise the derived one).
 *
 * @param readers - where the usage is, if `usageIn` and `StreamUsage` do not find it in the result and its items
 * @returns as `shadowMethod`
 */
export function meterMethod(owner: object, key: string, readers: CallReaders = {}): boolean {
	return overrideMethod(owner, key, (behind, self, args) => {
		const call = openModelCall();
		return settle(call.run(behind, self, args), new CallSettlement(call, readers));
	});
}
