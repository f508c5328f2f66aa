import { activeContext } from '../../runtime/active-context.js';
import { apply } from '../../runtime/intrinsics.js';
import { PassThroughSettlement } from '../../settling/common/pass-through-settlement.js';
import { settle } from '../../settling/settle.js';
import { overrideMethod } from './override-method.js';

/**
 * Overrides a method so that the work that its result does later runs in the context of the call. Otherwise a client
 * that makes its requests while its stream is read would make them in the context of the reader. No tokens are counted
 * here.
 *
 * @returns false if there is no such method, or if the object cannot be changed
 */
export function bindContext(owner: object, key: string): boolean {
	return overrideMethod(owner, key, (original, self, args) => {
		const context = activeContext();
		return settle(apply(original, self, args), new PassThroughSettlement(context));
	});
}
