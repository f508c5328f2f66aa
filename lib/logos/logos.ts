import { AgenteseError } from '../agentese/errors/errors.js';
import { GUEST, type Observer, readObserver } from '../agentese/observers/observer.js';
import { type Aliases, makeAliases } from '../agentese/paths/aliases.js';
import { splitComposition } from '../agentese/paths/composition.js';
import { tryParsePath } from '../agentese/paths/parse.js';
import { innermostInvocation, invocationOf } from '../invocation/context.js';
import { activeContext } from '../runtime/active-context.js';
import { isPlainPromise } from '../settling/promises/promises.js';
import { declaredOn } from '../weaving/declarations.js';
import { chainOf } from '../weaving/prototype-chain.js';
import { Invocation } from '../weaving/running-invocation.js';
import { perform, weaveFields } from '../weaving/wrapper.js';
import { compose } from './compose.js';
import { ResolvedPath } from './resolved-path.js';
import { type Found, Routes } from './routes.js';

/** Hands an invocation on, as it is or changed: a changed path is an invocation of its own. */
export type Next = (path: string, umwelt: unknown, args: readonly unknown[]) => Promise<unknown>;

/** Runs around every invocation of a dispatcher, inside of its span. */
export type Middleware = (path: string, umwelt: unknown, args: readonly unknown[], next: Next) => Promise<unknown>;

/** The options of `createLogos`. */
export interface LogosOptions {
	/** Names for first segments: `{ me: 'self.soul' }`. An alias cannot be one of the five contexts. @default none */
	readonly aliases?: Readonly<Record<string, string>>;
	/** Middleware, the first one outermost. @default none */
	readonly use?: readonly Middleware[];
}

/** The dispatcher: what takes a path, an observer and arguments to the method that answers. */
export interface Logos {
	/**
	 * Invokes a path, or a composition `a.b.c >> d.e.f` of them. Always traced and counted, also where it fails before
	 * any method runs.
	 *
	 * @param path - as it is written, aliases allowed
	 * @param umwelt - who asks, in any of AGENTESE's shapes; null or undefined is the guest, outside of an invocation
	 * @param args - what the method gets after the umwelt
	 * @throws PathSyntaxError, PathNotFoundError, AffordanceError, CompositionViolationError, and what the method throws
	 */
	invoke<T = unknown>(path: string, umwelt?: unknown, ...args: unknown[]): Promise<T>;
	/** The templates of all paths that it reaches. */
	readonly paths: readonly string[];
}

/**
 * Makes a dispatcher over resolvers: instances of classes with `@Resolver`, such classes themselves for their static
 * aspects, or objects woven with a handle.
 *
 * @throws DecorationError for a resolver without a handle, and for a handle or path that is there twice
 * @throws PathSyntaxError for an alias or handle that is none
 */
export function createLogos(resolvers: readonly object[], options: LogosOptions = {}): Logos {
	for (const resolver of resolvers) {
		const fields = chainOf(resolver)
			.flatMap(declaredOn)
			.filter((member) => member.kind === 'field');
		weaveFields(resolver, fields);
	}
	const dispatcher = new Dispatcher(new Routes(resolvers), makeAliases(options.aliases), options.use ?? []);
	return Object.freeze({
		invoke: <T>(path: string, umwelt?: unknown, ...args: unknown[]): Promise<T> =>
			promised(() => dispatcher.invoke(path, umwelt, args)) as Promise<T>,
		paths: Object.freeze(dispatcher.paths),
	});
}

/** So many texts are remembered with where they lead: paths hold entity ids, of which there is no end. */
const MAX_WAYS = 1000;

/** A promise of what is done, as an async function makes it; one that is there already is not waited for again. */
function promised(run: () => unknown): Promise<unknown> {
	try {
		const result = run();
		const is = typeof result === 'object' && result !== null && isPlainPromise(result) && result instanceof Promise;
		return is ? result : new Promise((resolve) => resolve(result));
	} catch (error) {
		return Promise.reject(error);
	}
}

class Dispatcher {
	readonly paths: string[];
	private readonly routes: Routes;
	private readonly aliases: Aliases;
	private readonly use: readonly Middleware[];
	private readonly ways = new Map<unknown, ResolvedPath>();

	constructor(routes: Routes, aliases: Aliases, use: readonly Middleware[]) {
		this.routes = routes;
		this.aliases = aliases;
		this.use = use;
		this.paths = routes.paths;
	}

	invoke(text: unknown, umwelt: unknown, args: readonly unknown[]): unknown {
		if (typeof text === 'string' && text.includes('>>')) {
			const stage = (path: string, input: readonly unknown[]): unknown => this.dispatch(path, umwelt, input, this.use);
			return compose(text, () => splitComposition(text) ?? [text], umwelt, args, stage);
		}
		return this.dispatch(text, umwelt, args, this.use);
	}

	private dispatch(text: unknown, umwelt: unknown, args: readonly unknown[], use: readonly Middleware[]): unknown {
		const way = this.wayOf(text);
		const { path, found } = way;
		const base = activeContext();
		const all = [umwelt, ...args];
		const invocation = new Invocation(way.point(), way.route?.resolver, all, invocationOf(base), base, {
			path,
			alias: way.alias,
			params: way.params,
			umwelt: { observer: umwelt },
			claim: way.route?.member,
		});
		// Without middleware the call itself, so that a synchronous failure stays one.
		if (use.length === 0) return perform(invocation, this.call, this, [found, all]);
		const end: Next = async (to, who, input) =>
			to === path ? this.call(found, [who, ...input]) : this.dispatch(to, who, input, []);
		return perform(invocation, () => nextOf(use, 0, end)(path, umwelt, args), undefined, []);
	}

	/** The way of a text; that of one which leads somewhere is remembered: to parse and to match it takes 1 to 3 µs. */
	private wayOf(text: unknown): ResolvedPath {
		const known = this.ways.get(text);
		if (known !== undefined) return known;
		const way = this.find(text);
		if (way.route === undefined) return way;
		if (this.ways.size >= MAX_WAYS) this.ways.clear();
		this.ways.set(text, way);
		return way;
	}

	private find(text: unknown): ResolvedPath {
		const { path, original } = this.aliases.expand(text);
		const parsed = tryParsePath(path);
		const found = parsed instanceof AgenteseError ? parsed : this.routes.find(parsed);
		return new ResolvedPath(typeof path === 'string' ? path : `(${typeof path})`, original, found);
	}

	/** Calls the method, or throws why there is none. */
	private call(found: Found | AgenteseError, args: readonly unknown[]): unknown {
		if (found instanceof AgenteseError) throw found;
		const { member, resolver } = found.route;
		if (member === undefined) return this.routes.afforded(found.route, asking(args[0]));
		if (member.aspect?.affordedTo !== undefined) {
			const refusal = this.routes.refuse(found, asking(args[0]));
			if (refusal !== undefined) throw refusal;
		}
		const method = member.readPrivate?.(resolver) ?? (resolver as Record<PropertyKey, unknown>)[member.key];
		return Reflect.apply(method as (...args: unknown[]) => unknown, resolver, args);
	}
}

/** Who asks: what the umwelt says, else who is asking already. */
function asking(umwelt: unknown): Observer {
	return readObserver(umwelt) ?? innermostInvocation()?.observer ?? GUEST;
}

/** What the middleware at this place hands on to: the next one, and after the last one the end. */
function nextOf(use: readonly Middleware[], at: number, end: Next): Next {
	return async (path, umwelt, args) => {
		const one = use[at];
		return one === undefined ? end(path, umwelt, args) : one(path, umwelt, args, nextOf(use, at + 1, end));
	};
}
