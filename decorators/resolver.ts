import { parseHandle } from '../lib/agentese/paths/template.js';
import { declaredOn, declareHandle } from '../lib/weaving/declarations/declarations.js';
import { readTarget } from '../lib/weaving/declarations/decorator-target.js';
import { decorationError, describeTarget } from './refuse.js';

/** The types of `@Resolver(handle)`, in both decorator standards. */
export type ResolverDecorator = <C extends abstract new (...args: never[]) => unknown>(
	target: C,
	context?: ClassDecoratorContext<C>,
) => void;

/**
 * Sets the handle of a class: the context and holon at the beginning of the paths of its aspects. A subclass without a
 * handle has its base class's.
 *
 * A handle may hold parameters, as `world.town.:citizen` does: then one class answers for every citizen. The span
 * carries the invoked path, metrics carry the template, and `currentInvocation().params` has the values.
 *
 * @param handle - `context.holon`: a context (`world`, `self`, `concept`, `void` or `time`) and any number of segments
 * @throws DecorationError when the class is defined, if the handle is invalid, or if it is on anything but a class
 *
 * @example
 * ```ts
 * @Resolver('world.town.:citizen')
 * class Citizen {
 * 	@Traced
 * 	manifest(): string | undefined {
 * 		return currentInvocation()?.params.citizen;
 * 	}
 * }
 * ```
 */
export function Resolver(handle: string): ResolverDecorator {
	return (...args: unknown[]) => {
		const target = readTarget(args);
		const decorator = '@Resolver';
		if (target?.type !== 'class') {
			throw decorationError(target, {
				decorator,
				rule: '@Resolver goes on a class.',
				got: describeTarget(target),
				wayOut: '@Aspect on a method, and @Resolver on its class',
			});
		}
		let parsed: string;
		try {
			parsed = parseHandle(handle).handle;
		} catch (cause) {
			throw decorationError(target, {
				decorator,
				rule: cause instanceof Error ? cause.message : 'A handle is a context and segments.',
				got: 'an invalid handle',
				wayOut: "a handle such as 'self.soul'",
				cause,
			});
		}
		declareHandle(target.cls, parsed);
		// In the TC39 standard members do not know their class until a class decorator links the two.
		declaredOn(target.cls.prototype as object);
		declaredOn(target.cls);
	};
}
