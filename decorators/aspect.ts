import { nearest } from '../lib/agentese/errors/nearest.js';
import { CATEGORIES, type Category } from '../lib/invocation/category.js';
import { faultInAspect } from '../lib/signals/tracing/check-options.js';
import { type DecoratorTarget, readTarget } from '../lib/weaving/decorator-target.js';
import type { AspectOptions } from '../lib/weaving/member.js';
import { placeInWords, refusal } from './refuse.js';
import type { BareDecorator } from './types.js';

/** What `@Aspect` says beside the name. */
export interface AspectDeclaration {
	/** The archetypes that may ask. Others are refused with an AffordanceError by `createLogos`. @default all */
	affordedTo?: readonly string[];
	/**
	 * What kind of aspect it is. `conventions: [genai]` in the config reads it: what generates or composes is an agent,
	 * the rest a tool. @default unsaid
	 */
	category?: Category;
}

/** The types of `@Aspect`, bare and called, in both decorator standards. */
export type AspectDecorator = BareDecorator &
	((name: string, declaration?: AspectDeclaration) => BareDecorator) &
	((declaration?: AspectDeclaration) => BareDecorator);

/**
 * Publishes a method, or an arrow-function field: it answers the aspect of that name, without an argument its own name.
 * It adds no span; `createLogos` traces every invocation anyway.
 *
 * @throws DecorationError when the class is defined, for a name that is no segment of a path, or a wrong option
 */
export const Aspect = ((...args: unknown[]) => {
	const place = readTarget(args);
	if (place !== undefined) return declare(place, {});
	const [first, second] = args;
	const declaration = (typeof first === 'string' ? second : first) as AspectDeclaration | undefined;
	const options = {
		...(typeof first === 'string' ? { name: first } : undefined),
		affordedTo: declaration?.affordedTo,
		category: declaration?.category,
	};
	return (...at: unknown[]) => declare(readTarget(at), options);
}) as AspectDecorator;

function declare(place: DecoratorTarget | undefined, options: AspectOptions): undefined {
	const decorator = '@Aspect';
	if (place?.at !== 'member' || (place.kind !== 'method' && place.kind !== 'field')) {
		throw refusal(place, {
			decorator,
			rule: '@Aspect goes on a method or an arrow-function field.',
			got: placeInWords(place),
			wayOut: 'a method that answers the aspect',
		});
	}
	const name = options.name ?? place.key;
	const fault = typeof name === 'symbol' ? 'A symbol is no segment of a path.' : faultInAspect(String(name));
	if (fault !== undefined) {
		const snake = String(name)
			.replace(/^[#_]+/, '')
			.replace(/[A-Z]/g, (letter, at) => `${at === 0 ? '' : '_'}${letter.toLowerCase()}`);
		const near = typeof name === 'symbol' || faultInAspect(snake) !== undefined ? 'challenge' : snake;
		throw refusal(place, { decorator, rule: fault, got: `the name '${String(name)}'`, wayOut: `@Aspect('${near}')` });
	}
	const { affordedTo } = options;
	if (affordedTo !== undefined && !(Array.isArray(affordedTo) && affordedTo.every((one) => typeof one === 'string'))) {
		throw refusal(place, {
			decorator,
			rule: "The option 'affordedTo' is an array of archetypes.",
			got: 'something else',
			wayOut: "affordedTo: ['scholar']",
		});
	}
	const { category } = options;
	if (category !== undefined && !CATEGORIES.includes(category)) {
		const [near = 'generation'] = nearest(String(category), CATEGORIES, 1);
		throw refusal(place, {
			decorator,
			rule: `The option 'category' is ${CATEGORIES.slice(0, -1).join(', ')} or ${CATEGORIES.at(-1)}.`,
			got: `the category '${String(category).slice(0, 80)}'`,
			wayOut: `category: '${near}'`,
		});
	}
	place.member().aspect = options;
}
