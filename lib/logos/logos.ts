import { AgenteseError, PathSyntaxError } from '../agentese/errors/errors.js';
import { quote } from '../agentese/errors/escape.js';
import { GUEST, type Observer, readObserver } from '../agentese/observers/observer.js';
import { type Aliases, createAliases } from '../agentese/paths/aliases.js';
import { splitComposition } from '../agentese/paths/composition.js';
import { segmentOfName } from '../agentese/paths/grammar.js';
import { tryParsePath } from '../agentese/paths/parse.js';
import { innermostInvocation, invocationOf } from '../invocation/context.js';
import { activeContext } from '../runtime/active-context.js';
import { apply } from '../runtime/intrinsics.js';
import { isPlainPromise } from '../settling/promises/promises.js';
import { declaredOn } from '../weaving/declarations/declarations.js';
import { chainOf } from '../weaving/declarations/prototype-chain.js';
import { RunningInvocation } from '../weaving/invocations/running-invocation.js';
import { perform, weaveFields } from '../weaving/wrapper.js';
import { listedResolvers, refuseWrongOptions } from './check-arguments.js';
import { compose } from './compose.js';
import { ResolvedPath } from './resolved-path.js';
import { type RouteMatch, Routes } from './routes.js';
import type { NoPaths, PathsOf, ResolversByHandle, TypedLogos } from './typed-logos.js';

/**
 * Continues an invocation, with the same or changed arguments. A changed path starts an invocation of its own, without
 * middleware.
 */
export type LogosNext = (path: string, umwelt: unknown, args: readonly unknown[]) => Promise<unknown>;

/**
 * Runs around every invocation of a dispatcher, inside its span. It calls `next` to continue, and returns the result;
 * if it returns without calling `next`, the method does not run.
 */
export type LogosMiddleware = (
	path: string,
	umwelt: unknown,
	args: readonly unknown[],
	next: LogosNext,
) => Promise<unknown>;

/**
 * The options of {@linkcode createLogos}. An error that middleware throws fails the invocation, as one that the method
 * throws does.
 *
 * @example
 * ```ts
 * import { Aspect, createLogos, type LogosOptions, Resolver } from 'agentese-otel';
 *
 * const options: LogosOptions = {
 * 	aliases: { me: 'self.soul' },
 * 	use: [async (path, umwelt, args, next) => `${await next(path, umwelt, args)}!`],
 * };
 * @Resolver('self.soul')
 * class Soul {
 * 	@Aspect greet() { return 'hello'; }
 * }
 * await createLogos([new Soul()], options).invoke('me.greet'); // => 'hello!'
 * ```
 */
export interface LogosOptions<Aliases = Readonly<Record<string, string>>> {
	/**
	 * Replacements for the first segment of a path, such as `{ me: 'self.soul' }`. An alias cannot be one of the five
	 * contexts. @default none
	 */
	readonly aliases?: Aliases | undefined;
	/** Middleware, the outermost first. @default none */
	readonly use?: readonly LogosMiddleware[] | undefined;
}

/** A dispatcher: it leads a path, an observer and arguments to the method that answers them. */
export interface Logos {
	/**
	 * Invokes a path, or a composition of paths such as `self.soul.ask >> void.oracle.answer`. Every invocation is traced
	 * and counted, even if it fails before any method runs.
	 *
	 * @param path - as the caller writes it, aliases included
	 * @param umwelt - the observer, in any of AGENTESE's shapes. Null is the guest; undefined is the enclosing
	 *   invocation's observer, outside every invocation the guest. @default undefined
	 * @param args - what the method receives after the umwelt
	 * @returns what the method returns, awaited
	 * @throws PathSyntaxError if the path is invalid
	 * @throws PathNotFoundError if no resolver answers the path; it names the nearest paths
	 * @throws AffordanceError if the aspect is not afforded to the observer's archetype
	 * @throws CompositionViolationError if the text is no valid composition
	 * @throws what the method throws, unchanged
	 */
	invoke<T = unknown>(path: string, umwelt?: unknown, ...args: unknown[]): Promise<T>;
	/** The templates of all paths that it can reach. */
	readonly paths: readonly string[];
}

/**
 * What {@linkcode createLogos} returns: a {@linkcode TypedLogos} if its type argument has paths, or if the resolvers
 * are given by their handles; else a {@linkcode Logos}.
 */
export type LogosFor<Paths, Resolvers, Aliases> = Paths extends NoPaths
	? string extends keyof Resolvers
		? Logos
		: TypedLogos<PathsOf<Resolvers, Aliases>>
	: TypedLogos<Paths>;

/**
 * Creates a dispatcher over resolvers. A resolver is an instance of a class with {@linkcode Resolver | @Resolver}, such
 * a class itself for its static aspects, or an object that was instrumented with a handle.
 *
 * The types of `invoke` are as good as what is known of the paths:
 *
 * - of a list of resolvers nothing: `invoke<T>(path, umwelt, ...args)` returns the `T` that the caller names
 * - of resolvers by their handles all public methods, with their arguments and results; see {@linkcode PathsOf}
 * - with a type argument, which maps paths to methods, those of the map:
 *   `createLogos<{ 'self.soul.ask': Soul['ask'] }>`
 *
 * @param resolvers - a list of resolvers, or an object of them by their handles
 * @param options - aliases and middleware. @default none
 * @returns a frozen dispatcher
 * @throws DecorationError if a resolver has no handle or not the one it is given by, if two declare one handle or one
 *   path, or if an option is unknown or has a wrong value
 * @throws PathSyntaxError if an alias or a handle is invalid
 *
 * @example
 * ```ts
 * import { Aspect, createLogos, Resolver } from 'agentese-otel';
 *
 * @Resolver('self.soul')
 * class Soul {
 * 	@Aspect
 * 	async challenge(_umwelt: unknown, claim: string) {
 * 		return `Why ${claim}?`;
 * 	}
 * }
 * const logos = createLogos({ 'self.soul': new Soul() });
 * await logos.invoke('self.soul.challenge', { id: 'kent' }, 'so early'); // => 'Why so early?'
 * logos.paths; // => ['self.soul.challenge', 'self.soul.affordances']
 * ```
 */
export function createLogos<
	Paths extends object = NoPaths,
	const Resolvers extends ResolversByHandle = ResolversByHandle,
	const Aliases extends Readonly<Record<string, string>> = Readonly<Record<string, string>>,
>(resolvers: readonly object[] | Resolvers, options: LogosOptions<Aliases> = {}): LogosFor<Paths, Resolvers, Aliases> {
	const listed = listedResolvers(resolvers);
	refuseWrongOptions(options);
	for (const resolver of listed) {
		const fields = chainOf(resolver)
			.flatMap(declaredOn)
			.filter((member) => member.kind === 'field');
		weaveFields(resolver, fields);
	}
	const dispatcher = new Dispatcher(new Routes(listed), createAliases(options.aliases), options.use ?? []);
	const logos: Logos = Object.freeze({
		invoke: <T>(path: string, umwelt?: unknown, ...args: unknown[]): Promise<T> =>
			toPromise(() => dispatcher.invoke(path, umwelt, args)) as Promise<T>,
		paths: Object.freeze(dispatcher.paths),
	});
	return logos as LogosFor<Paths, Resolvers, Aliases>;
}

/** How many texts are kept with the route that they resolve to. Paths hold entity ids, so their number has no limit. */
const MAX_RESOLVED_PATHS = 1000;

/**
 * Returns a promise of what a function returns or throws, as an async function does. A promise that it returns is
 * returned as it is: to await it again would cost further turns.
 */
function toPromise(run: () => unknown): Promise<unknown> {
	try {
		const result = run();
		const isPromise =
			typeof result === 'object' && result !== null && isPlainPromise(result) && result instanceof Promise;
		return isPromise ? result : new Promise((resolve) => resolve(result));
	} catch (error) {
		return Promise.reject(error);
	}
}

/** Resolves paths, runs the middleware and calls the methods. */
class Dispatcher {
	readonly paths: string[];
	private readonly routes: Routes;
	private readonly aliases: Aliases;
	private readonly use: readonly LogosMiddleware[];
	/** The texts that were invoked and that a route answers. */
	private readonly resolved = new Map<unknown, ResolvedPath>();

	constructor(routes: Routes, aliases: Aliases, use: readonly LogosMiddleware[]) {
		this.routes = routes;
		this.aliases = aliases;
		this.use = use;
		this.paths = routes.paths;
	}

	/** Invokes a path or a composition. It may throw at once or return a promise that rejects. */
	invoke(text: unknown, umwelt: unknown, args: readonly unknown[]): unknown {
		if (typeof text === 'string' && text.includes('>>')) {
			const stage = (path: string, input: readonly unknown[]): unknown => this.dispatch(path, umwelt, input, this.use);
			return compose(text, () => splitComposition(text) ?? [text], umwelt, args, stage);
		}
		return this.dispatch(text, umwelt, args, this.use);
	}

	private dispatch(text: unknown, umwelt: unknown, args: readonly unknown[], use: readonly LogosMiddleware[]): unknown {
		const resolved = this.resolve(text);
		const { path, match } = resolved;
		const base = activeContext();
		const allArgs = [umwelt, ...args];
		const { route } = resolved;
		const invocation = new RunningInvocation(resolved.joinPoint(), route?.resolver, allArgs, invocationOf(base), base, {
			path,
			alias: resolved.alias,
			params: resolved.params,
			umwelt: { observer: umwelt },
			claim: route?.member,
		});
		// Without middleware the method is called directly, so that an error it throws at once is a synchronous failure.
		if (use.length === 0) return perform(invocation, this.call, this, [match, allArgs]);
		const last: LogosNext = async (nextPath, nextUmwelt, nextArgs) =>
			nextPath === path
				? this.call(match, [nextUmwelt, ...nextArgs])
				: this.dispatch(nextPath, nextUmwelt, nextArgs, []);
		return perform(invocation, () => nextFrom(use, 0, last)(path, umwelt, args), undefined, []);
	}

	/** Resolves a text. The result is kept if a route answers it: parsing and matching take 1 to 3 µs. */
	private resolve(text: unknown): ResolvedPath {
		const known = this.resolved.get(text);
		if (known !== undefined) return known;
		const resolved = this.find(text);
		if (resolved.route === undefined) return resolved;
		if (this.resolved.size >= MAX_RESOLVED_PATHS) this.resolved.clear();
		this.resolved.set(text, resolved);
		return resolved;
	}

	private find(text: unknown): ResolvedPath {
		const { path: expanded, original } = this.aliases.expand(text);
		const { path, spelling } = withoutCapitals(expanded);
		const parsed = tryParsePath(path);
		const match = parsed instanceof AgenteseError ? this.reachable(parsed, path) : this.routes.find(parsed, spelling);
		return new ResolvedPath(
			pathOf(match, path) ?? (typeof path === 'string' ? path : `(${typeof path})`),
			original,
			match,
		);
	}

	/** Returns the error for a text that is no path, with a path to try that can be invoked. */
	private reachable(error: PathSyntaxError, text: unknown): PathSyntaxError {
		if (typeof text !== 'string') return error;
		const named = error.hints.flatMap((hint) => /"([^"]+)"/.exec(hint)?.[1] ?? []);
		if (named.every((path) => this.reaches(path))) return error;
		const [near] = this.routes.near(error.suggestion ?? text);
		return new PathSyntaxError('a path', error.got, error.fault, {
			why: error.why,
			tries: [near === undefined ? 'a path of logos.paths' : quote(near)],
			...(near === undefined ? {} : { suggestion: near }),
		});
	}

	/** True if a path can be invoked. */
	private reaches(path: string): boolean {
		const parsed = tryParsePath(path);
		return !(parsed instanceof AgenteseError || this.routes.find(parsed) instanceof AgenteseError);
	}

	/**
	 * Calls the method of a route; throws the error if there is no route, or the aspect is not afforded to the observer.
	 */
	private call(match: RouteMatch | AgenteseError, args: readonly unknown[]): unknown {
		if (match instanceof AgenteseError) throw match;
		const { member, resolver, affordedTo } = match.route;
		if (member === undefined) return this.routes.afforded(match.route, observerOf(args[0]));
		if (affordedTo !== undefined) {
			const refusal = this.routes.refuse(match, observerOf(args[0]));
			if (refusal !== undefined) throw refusal;
		}
		const method = member.readPrivate?.(resolver) ?? (resolver as Record<PropertyKey, unknown>)[member.key];
		return apply(method as (...args: unknown[]) => unknown, resolver, args);
	}
}

/**
 * Returns a path whose last segment has capitals with that segment in snake_case, and the segment as it was written. Any
 * other value is returned as it is.
 */
function withoutCapitals(text: unknown): { readonly path: unknown; readonly spelling?: string } {
	if (typeof text !== 'string' || !/[A-Z][^.]*$/.test(text)) return { path: text };
	const spelling = text.slice(text.lastIndexOf('.') + 1);
	const aspect = segmentOfName(spelling);
	if (aspect === undefined) return { path: text };
	return { path: text.slice(0, text.length - spelling.length) + aspect, spelling };
}

/**
 * Returns the path of a match if its aspect is declared in another spelling than the caller used, so that telemetry has
 * one path for one method; undefined for an error.
 */
function pathOf(match: RouteMatch | AgenteseError, path: unknown): string | undefined {
	if (match instanceof AgenteseError || typeof path !== 'string') return undefined;
	return `${path.slice(0, path.lastIndexOf('.') + 1)}${match.route.template.aspect}`;
}

/** Returns the observer of an umwelt, else the innermost invocation's, else the guest. */
function observerOf(umwelt: unknown): Observer {
	return readObserver(umwelt) ?? innermostInvocation()?.observer ?? GUEST;
}

/** Returns the `next` that runs the middleware from an index on, and `last` after all of them. */
function nextFrom(use: readonly LogosMiddleware[], index: number, last: LogosNext): LogosNext {
	return async (path, umwelt, args) => {
		const middleware = use[index];
		return middleware === undefined
			? last(path, umwelt, args)
			: middleware(path, umwelt, args, nextFrom(use, index + 1, last));
	};
}
