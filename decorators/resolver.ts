import { parseHandle } from '../lib/agentese/paths/template.js';
import { declaredOn, declareHandle } from '../lib/weaving/declarations.js';
import { readTarget } from '../lib/weaving/decorator-target.js';
import { placeInWords, refusal } from './refuse.js';

/** The types of `@Resolver(handle)`, in both decorator standards. */
export type ResolverDecorator = <C extends abstract new (...args: never[]) => unknown>(
	target: C,
	context?: ClassDecoratorContext<C>,
) => void;

/**
 * Says what a class answers for: the context and holon of its aspects' paths. A handle may hold a template,
 * `world.town.:citizen`: then one class answers for every citizen, spans carry the real path, metrics the template, and
 * `currentInvocation().params` the id. A subclass without a handle has its base class's.
 *
 * @throws DecorationError when the class is defined, for a handle that is none, and on anything but a class
 */
export function Resolver(handle: string): ResolverDecorator {
	return (...args: unknown[]) => {
		const place = readTarget(args);
		const decorator = '@Resolver';
		if (place?.at !== 'class') {
			throw refusal(place, {
				decorator,
				rule: '@Resolver goes on a class.',
				got: placeInWords(place),
				wayOut: '@Aspect on a method, and @Resolver on its class',
			});
		}
		let parsed: string;
		try {
			parsed = parseHandle(handle).handle;
		} catch (cause) {
			throw refusal(place, {
				decorator,
				rule: cause instanceof Error ? cause.message : 'A handle is a context and segments.',
				got: 'a handle that is none',
				wayOut: "a handle such as 'self.soul'",
				cause,
			});
		}
		declareHandle(place.cls, parsed);
		// TC39: only here do the class's members learn whose they are.
		declaredOn(place.cls.prototype as object);
		declaredOn(place.cls);
	};
}
