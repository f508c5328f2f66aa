import { memberOn } from '../lib/weaving/declarations/declarations.js';
import { readTarget } from '../lib/weaving/declarations/decorator-target.js';
import { decorationError, describeTarget } from './refuse.js';

/**
 * Declares which parameter of a method is the umwelt, if it is not the first. It applies to every decorator on the
 * method.
 *
 * Parameter decorators exist in the legacy standard only (`experimentalDecorators`). In the TC39 standard use the
 * `observer` option of {@linkcode Traced | @Traced}.
 *
 * @returns a parameter decorator
 * @throws DecorationError when the class is defined, if it is on anything but a parameter of a method
 *
 * @example
 * ```ts legacy
 * import { Aspect, createLogos, currentInvocation, Resolver, Umwelt } from 'agentese-otel';
 *
 * @Resolver('self.soul')
 * class Soul {
 * 	@Aspect // compiled with "experimentalDecorators": true
 * 	challenge(_claim: unknown, @Umwelt() _umwelt?: unknown) {
 * 		return currentInvocation()?.observer.id;
 * 	}
 * }
 * await createLogos([new Soul()]).invoke('self.soul.challenge', { id: 'kent' }); // => 'kent'
 * ```
 */
export function Umwelt(): ParameterDecorator {
	return (...args: unknown[]) => {
		const target = readTarget(args);
		if (target?.type !== 'parameter' || target.key === undefined) {
			throw decorationError(target, {
				decorator: '@Umwelt',
				rule: '@Umwelt() goes on a parameter of a method.',
				got: target?.type === 'parameter' ? 'a parameter of the constructor' : describeTarget(target),
				wayOut: '@Traced({ observer: (args) => args[1] }) on the method',
			});
		}
		memberOn(target.owner, target.key, 'method').observerIndex = target.index;
	};
}
