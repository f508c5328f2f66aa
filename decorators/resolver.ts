import { nearest } from '../lib/agentese/errors/nearest.js';
import { parseHandle } from '../lib/agentese/paths/template.js';
import { declaredOn, declareHandle, type Publishing } from '../lib/weaving/declarations/declarations.js';
import { type DecoratorTarget, readTarget } from '../lib/weaving/declarations/decorator-target.js';
import { sharedPath } from '../lib/weaving/join-points/resolver-of.js';
import { decorationError, describeTarget } from './refuse.js';

/**
 * The options of {@linkcode Resolver | @Resolver}.
 *
 * @example
 * ```ts
 * import { Resolver, type ResolverOptions, resolverOf, Traced } from 'agentese-otel';
 *
 * const options: ResolverOptions = { publish: 'annotated' };
 *
 * @Resolver('self.soul', options)
 * class Soul {
 * 	@Traced
 * 	challenge() {}
 * }
 * resolverOf(Soul).aspects.map(({ path }) => path); // => ['self.soul.challenge']
 * ```
 */
export interface ResolverOptions {
	/**
	 * Which methods and arrow-function fields `createLogos` can reach by a path. `aspects`: those with `@Aspect`.
	 * `annotated`: as well those with `@Traced`, `@Metered` or a decorator of `createDecorator` on the member itself; a
	 * decorator on the class publishes nothing. A subclass without `@Resolver` inherits it. @default 'aspects'
	 */
	readonly publish?: 'aspects' | 'annotated' | undefined;
}

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
 * @param options - which members a path can reach. @default those with `@Aspect`
 * @returns a class decorator, in both standards
 * @throws DecorationError when the class is defined, if the handle or an option is invalid, or if it is on anything but a
 *   class
 *
 * @example
 * ```ts
 * import { Aspect, createLogos, currentInvocation, Resolver } from 'agentese-otel';
 *
 * @Resolver('world.town.:citizen')
 * class Town {
 * 	@Aspect
 * 	manifest() {
 * 		return currentInvocation()?.params.citizen;
 * 	}
 * }
 * await createLogos([new Town()]).invoke('world.town.kent_001.manifest'); // => 'kent_001'
 * ```
 */
export function Resolver(handle: string, options: ResolverOptions = {}): ResolverDecorator {
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
		declareHandle(target.cls, parsed, checkedPublishing(options, target));
		// In the TC39 standard members do not know their class until a class decorator links the two.
		declaredOn(target.cls.prototype as object);
		declaredOn(target.cls);
		refuseSharedPath(target);
	};
}

/** Throws a DecorationError if two methods of the class have one path, however it is spelled. */
function refuseSharedPath(target: Extract<DecoratorTarget, { type: 'class' }>): void {
	for (const side of [target.cls.prototype as object, target.cls]) {
		const shared = sharedPath(side);
		if (shared === undefined) continue;
		const [first, second] = shared.members.map(({ name }) => name);
		throw decorationError(target, {
			decorator: '@Resolver',
			rule: 'Each path has one method; snake_case, kebab-case and camelCase are spellings of one aspect.',
			got: `${first} and ${second}, which both have the path '${shared.path}'`,
			wayOut: `another name for one of them, such as @Aspect('${shared.path.split('.').at(-1)}_again')`,
		});
	}
}

/** The legal values of the option `publish`. */
const PUBLISHINGS: readonly Publishing[] = ['aspects', 'annotated'];

/** Returns the option `publish`. Throws a DecorationError for options that are illegal. */
function checkedPublishing(options: unknown, target: DecoratorTarget): Publishing | undefined {
	const decorator = '@Resolver';
	if (typeof options !== 'object' || options === null || Array.isArray(options)) {
		throw decorationError(target, {
			decorator,
			rule: 'The options of @Resolver are an object; its only key is publish.',
			got: options === null ? 'null' : `${typeof options} for options`,
			wayOut: "@Resolver('self.soul', { publish: 'annotated' })",
		});
	}
	const unknown = Object.keys(options).find((key) => key !== 'publish');
	if (unknown !== undefined) {
		throw decorationError(target, {
			decorator,
			rule: 'The legal options are publish.',
			got: `the option '${unknown}'`,
			wayOut: "'publish'",
		});
	}
	const { publish } = options as { publish?: unknown };
	if (publish === undefined) return undefined;
	const legal = PUBLISHINGS.find((value) => value === publish);
	if (legal !== undefined) return legal;
	const [near = 'annotated'] = nearest(String(publish), PUBLISHINGS, 1);
	throw decorationError(target, {
		decorator,
		rule: "The option 'publish' is 'aspects' or 'annotated'.",
		got: typeof publish === 'string' ? `'${publish.slice(0, 80)}'` : typeof publish,
		wayOut: `publish: '${near}'`,
	});
}
