import { nearest } from '../lib/agentese/errors/nearest.js';
import { segmentOfName } from '../lib/agentese/paths/grammar.js';
import { type AspectCategory, CATEGORIES } from '../lib/invocation/category.js';
import { faultInAspect } from '../lib/signals/tracing/check-options.js';
import { type DecoratorTarget, readTarget } from '../lib/weaving/declarations/decorator-target.js';
import type { AspectOptions } from '../lib/weaving/declarations/member.js';
import { decorationError, describeTarget } from './refuse.js';
import type { BareDecorator, ConfigurableDecorator } from './types.js';

/**
 * What {@linkcode Aspect | @Aspect} declares besides the name.
 *
 * @example
 * ```ts
 * import { Aspect, type AspectDeclaration, createLogos, Resolver } from 'agentese-otel';
 *
 * const forGardeners: AspectDeclaration = { affordedTo: ['gardener'] };
 *
 * @Resolver('world.workshop')
 * class Workshop {
 * 	@Aspect(forGardeners)
 * 	prune() {}
 * }
 * await createLogos([new Workshop()]).invoke('world.workshop.prune', null); // throws AffordanceError
 * ```
 */
export interface AspectDeclaration {
	/**
	 * The archetypes of observers that may invoke the aspect. `createLogos` refuses all others with an AffordanceError.
	 * @default all
	 */
	affordedTo?: readonly string[] | undefined;
	/**
	 * What kind of work the aspect does. With `conventions: [genai]` in the configuration, aspects that generate or
	 * compose are reported as agents and all others as tools. @default none
	 */
	category?: AspectCategory | undefined;
}

/** The types of `@Aspect`, bare and called, in both decorator standards. */
export type AspectDecorator = ConfigurableDecorator<AspectDeclaration> &
	((name: string, declaration?: AspectDeclaration) => BareDecorator) &
	((declaration?: AspectDeclaration) => BareDecorator);

/**
 * Publishes a method or an arrow-function field as an aspect, so that a path can reach it. The aspect has the given
 * name, or the name of the method. No other decorator publishes. It adds no span to direct calls;
 * {@linkcode createLogos} traces every invocation anyway.
 *
 * @throws DecorationError when the class is defined, if the name cannot be a segment of a path, if an option has a
 *   wrong value, or if it is on anything but a method or an arrow-function field
 *
 * @example
 * ```ts
 * import { Aspect, createLogos, Resolver } from 'agentese-otel';
 *
 * @Resolver('world.workshop')
 * class Workshop {
 * 	@Aspect('take_task', { affordedTo: ['gardener'], category: 'mutation' })
 * 	takeTask(_umwelt: unknown, task: string) {
 * 		return `took ${task}`;
 * 	}
 * }
 * const workshop = createLogos([new Workshop()]);
 * await workshop.invoke('world.workshop.take_task', { id: 'ada', archetype: 'gardener' }, 'prune'); // => 'took prune'
 * ```
 */
export const Aspect = ((...args: unknown[]) => {
	const target = readTarget(args);
	if (target !== undefined) return declare(target, {});
	const [first, second] = args;
	const declaration = (typeof first === 'string' ? second : first) as AspectDeclaration | undefined;
	const options = {
		...(typeof first === 'string' ? { name: first } : undefined),
		affordedTo: declaration?.affordedTo,
		category: declaration?.category,
	};
	return (...targetArgs: unknown[]) => declare(readTarget(targetArgs), options);
}) as AspectDecorator;

/** Checks the target and the options, and declares the aspect on the member. */
function declare(target: DecoratorTarget | undefined, options: AspectOptions): undefined {
	const decorator = '@Aspect';
	if (target?.type !== 'member' || (target.kind !== 'method' && target.kind !== 'field')) {
		throw decorationError(target, {
			decorator,
			rule: '@Aspect goes on a method or an arrow-function field.',
			got: describeTarget(target),
			wayOut: 'a method that answers the aspect',
		});
	}
	const name = options.name ?? target.key;
	const aspect = options.name ?? (typeof name === 'symbol' ? undefined : (segmentOfName(String(name)) ?? name));
	const fault = typeof name === 'symbol' ? 'A symbol is no segment of a path.' : faultInAspect(aspect);
	if (fault !== undefined) {
		throw decorationError(target, {
			decorator,
			rule: fault,
			got: `the name '${String(name)}'`,
			wayOut: `@Aspect('${validName(name)}')`,
		});
	}
	const { affordedTo } = options;
	if (
		affordedTo !== undefined &&
		!(Array.isArray(affordedTo) && affordedTo.every((item) => typeof item === 'string'))
	) {
		throw decorationError(target, {
			decorator,
			rule: "The option 'affordedTo' is an array of archetypes.",
			got: 'something else',
			wayOut: "affordedTo: ['scholar']",
		});
	}
	const { category } = options;
	if (category !== undefined && !CATEGORIES.includes(category)) {
		const [near = 'generation'] = nearest(String(category), CATEGORIES, 1);
		throw decorationError(target, {
			decorator,
			rule: `The option 'category' is ${CATEGORIES.slice(0, -1).join(', ')} or ${CATEGORIES.at(-1)}.`,
			got: `the category '${String(category).slice(0, 80)}'`,
			wayOut: `category: '${near}'`,
		});
	}
	target.member().aspect = options;
}

/** Returns a valid name to suggest in place of an invalid one: the same in snake_case, or an example. */
function validName(name: PropertyKey): string {
	const snakeCase = String(name)
		.replace(/^[#_]+/, '')
		.replace(/[A-Z]/g, (letter, at) => `${at === 0 ? '' : '_'}${letter.toLowerCase()}`);
	return typeof name === 'symbol' || faultInAspect(snakeCase) !== undefined ? 'challenge' : snakeCase;
}
