import { AffordanceError, DecorationError, PathNotFoundError } from '../agentese/errors/errors.js';
import { nearestPaths } from '../agentese/errors/nearest.js';
import type { Observer } from '../agentese/observers/observer.js';
import { isSegment, spellingsOf } from '../agentese/paths/grammar.js';
import { type AgentesePath, handleOf } from '../agentese/paths/parse.js';
import {
	compareTemplates,
	type Handle,
	matchHandle,
	type Params,
	type PathTemplate,
	parseHandle,
	parsePathTemplate,
	sameShape,
} from '../agentese/paths/template.js';
import { warnOnce } from '../runtime/log-once.js';
import { declaredOn } from '../weaving/declarations/declarations.js';
import type { Member } from '../weaving/declarations/member.js';
import { chainOf, nameOfClass } from '../weaving/declarations/prototype-chain.js';
import { declaredAspect, ownerHandle } from '../weaving/join-points/join-point.js';
import { pathTextOf, publishedMembers } from '../weaving/join-points/resolver-of.js';

/** One path that a dispatcher can reach. */
export interface Route {
	readonly template: PathTemplate;
	readonly resolver: object;
	/** The method that answers; undefined for the aspect `affordances`, which the toolkit answers itself. */
	readonly member: Member | undefined;
	/** The archetypes of observers that may invoke it; undefined if all may. */
	readonly affordedTo: readonly string[] | undefined;
}

/** A route that matches a path, with the values of its template's parameters. */
export interface RouteMatch {
	readonly route: Route;
	readonly params: Params;
}

/** Everything that is registered under one handle. */
interface HandleEntry {
	readonly handle: Handle;
	readonly resolver: object;
	/** The routes by aspect. */
	readonly routes: Map<string, Route>;
	/** The routes by each further spelling of their aspect. */
	readonly spellings: Map<string, Route>;
}

/** The paths of a dispatcher. They are kept in maps, not objects, so that a path cannot reach an inherited property. */
export class Routes {
	/** The entries of handles without parameters, by handle. */
	private readonly fixed = new Map<string, HandleEntry>();
	/** The entries of handles with parameters, the most specific first. */
	private readonly templates: HandleEntry[] = [];

	/** @throws DecorationError if a resolver has no handle, or if two declare one handle or one path */
	constructor(resolvers: readonly object[]) {
		for (const resolver of resolvers) this.register(resolver);
		this.templates.sort((a, b) => compareTemplates(a.handle, b.handle));
		for (const entry of [...this.fixed.values(), ...this.templates]) {
			if (!entry.routes.has('affordances')) addRoute(entry, entry.resolver, undefined, 'affordances');
		}
	}

	/** The templates of all paths that can be reached. */
	get paths(): string[] {
		return [...this.fixed.values(), ...this.templates].flatMap((entry) =>
			[...entry.routes.values()].map((route) => route.template.template),
		);
	}

	/**
	 * Returns the route of a path, for any observer; an error with the nearest paths if there is none. A handle without
	 * parameters wins over one with parameters.
	 *
	 * @param spelling - the aspect as the caller wrote it, with capitals
	 */
	find(path: AgentesePath, spelling = path.aspect): RouteMatch | PathNotFoundError {
		const handle = handleOf(path);
		const fixed = this.fixed.get(handle);
		if (fixed !== undefined) {
			return this.matchIn(fixed, path, spelling, matchHandle(fixed.handle, handle.split('.')));
		}
		const segments = handle.split('.');
		for (const entry of this.templates) {
			const params = matchHandle(entry.handle, segments);
			if (params !== undefined) return this.matchIn(entry, path, spelling, params);
		}
		return this.notFound(path);
	}

	/** Returns the error for an observer to whose archetype a route is not afforded; undefined if it is afforded. */
	refuse({ route }: RouteMatch, observer: Observer): AffordanceError | undefined {
		if (isAfforded(route, observer)) return undefined;
		return new AffordanceError(route.template.aspect, observer.archetype, this.afforded(route, observer));
	}

	/** Returns the aspects of a route's handle that are afforded to an observer, sorted. */
	afforded(route: Route, observer: Observer): string[] {
		const entry = this.entryOf(route.template);
		return [...(entry?.routes ?? [])]
			.filter(([, candidate]) => isAfforded(candidate, observer))
			.map(([aspect]) => aspect)
			.sort();
	}

	private entryOf(template: PathTemplate): HandleEntry | undefined {
		return this.fixed.get(template.handle) ?? this.templates.find(({ handle }) => handle.handle === template.handle);
	}

	private matchIn(
		entry: HandleEntry,
		path: AgentesePath,
		spelling: string,
		params: Params | undefined,
	): RouteMatch | PathNotFoundError {
		const route = entry.routes.get(spelling) ?? entry.spellings.get(spelling);
		return route === undefined || params === undefined ? this.notFound(path) : { route, params };
	}

	private notFound(path: AgentesePath): PathNotFoundError {
		return new PathNotFoundError(path.path, this.near(path.path));
	}

	/**
	 * Returns the paths that are most similar to a text, the nearest first. Each can be invoked: the parameters of a
	 * template have the values that the text has in their place, else their names.
	 */
	near(text: string): string[] {
		const given = text.split('.');
		const paths = this.paths.map((template) =>
			template
				.split('.')
				.map((segment, at) => {
					if (!segment.startsWith(':')) return segment;
					const value = given[at];
					const name = segment.slice(1).toLowerCase();
					return value !== undefined && at < given.length - 1 && isSegment(value) ? value : name;
				})
				.join('.'),
		);
		return nearestPaths(text, new Set(paths));
	}

	private register(resolver: object): void {
		const handle = ownerHandle(resolver);
		const members = publishedMembers(resolver);
		const paths = members.map((member) => [member, pathTextOf(member, resolver)] as const);
		if (handle === undefined && paths.every(([, path]) => path === undefined)) {
			throw wrongResolver(resolver, 'neither a handle nor a path', "@Resolver('self.soul') on its class");
		}
		if (handle !== undefined) this.entryFor(parseHandle(handle), resolver, true);
		if (members.length === 0) warnUnpublished(resolver);
		for (const [member, text] of paths) {
			if (text === undefined) continue;
			const template = parsePathTemplate(text);
			const entry = this.entryFor(parseHandle(template.handle), resolver, false);
			addRoute(entry, resolver, member, template.aspect);
		}
	}

	/**
	 * Returns the entry of a handle; creates it at the first call.
	 *
	 * @param declares - whether the resolver's class declares the handle: then no other resolver may have it. A `path`
	 *   option may add an aspect to the handle of another resolver.
	 */
	private entryFor(handle: Handle, resolver: object, declares: boolean): HandleEntry {
		const known = this.fixed.get(handle.handle) ?? this.templates.find((entry) => sameShape(entry.handle, handle));
		if (known !== undefined) {
			if (declares && known.resolver !== resolver) {
				const other = nameOfClass(known.resolver) || 'another';
				const got = `the handle '${handle.handle}', which ${other} answers already`;
				throw wrongResolver(resolver, got, 'a handle of its own');
			}
			return known;
		}
		const entry = { handle, resolver, routes: new Map<string, Route>(), spellings: new Map<string, Route>() };
		if (handle.isTemplate) this.templates.push(entry);
		else this.fixed.set(handle.handle, entry);
		return entry;
	}
}

/** Adds the route of an aspect to an entry. Throws a DecorationError if the entry has that aspect. */
function addRoute(entry: HandleEntry, resolver: object, member: Member | undefined, aspect: string): void {
	if (entry.routes.has(aspect)) {
		throw wrongResolver(resolver, `the path '${entry.handle.handle}.${aspect}' a second time`, 'another aspect');
	}
	const template = parsePathTemplate(`${entry.handle.handle}.${aspect}`);
	const affordedTo = member === undefined ? undefined : declaredAspect(member, resolver)?.affordedTo;
	const route = { template, resolver, member, affordedTo };
	entry.routes.set(aspect, route);
	for (const spelling of spellingsOf(aspect, member?.name)) {
		if (!entry.spellings.has(spelling)) entry.spellings.set(spelling, route);
	}
}

/** Logs, once for each class, that a resolver has decorated methods and publishes none of them. */
function warnUnpublished(resolver: object): void {
	const decorated = chainOf(resolver)
		.flatMap(declaredOn)
		.filter(({ kind, decorators }) => (kind === 'method' || kind === 'field') && decorators.length > 0);
	const [first] = decorated;
	if (first === undefined) return;
	const name = nameOfClass(resolver) || 'a resolver';
	warnOnce(
		`logos/unpublished/${name}`,
		`createLogos was given ${name}, which publishes no aspect: no path reaches ${first.name} or another of its methods. ` +
			"Put @Aspect on those that a path may reach, or @Resolver(handle, { publish: 'annotated' }) on the class.",
	);
}

/** True if a route is afforded to an observer's archetype; without `affordedTo` it is afforded to all. */
function isAfforded({ affordedTo }: Route, observer: Observer): boolean {
	return affordedTo?.includes(observer.archetype) ?? true;
}

/** Returns the error for a resolver that cannot be registered. */
function wrongResolver(resolver: object, got: string, wayOut: string): DecorationError {
	return new DecorationError({
		decorator: 'createLogos()',
		class: nameOfClass(resolver),
		rule: 'A handle is declared on a class and answered by one resolver.',
		got,
		wayOut,
	});
}
