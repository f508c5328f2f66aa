import { AffordanceError, DecorationError, PathNotFoundError } from '../agentese/errors/errors.js';
import { nearestPaths } from '../agentese/errors/nearest.js';
import type { Observer } from '../agentese/observers/observer.js';
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
import { ownerHandle } from '../weaving/join-point.js';
import type { Member } from '../weaving/member.js';
import { nameOfClass } from '../weaving/prototype-chain.js';
import { pathTextOf, publishedMembers } from '../weaving/resolver-of.js';

/** One path that can be reached. */
export interface Route {
	readonly template: PathTemplate;
	readonly resolver: object;
	/** The method; undefined for the aspect `affordances` that the toolkit answers itself. */
	readonly member: Member | undefined;
}

/** A route, with the values of its template's parameters. */
export interface Found {
	readonly route: Route;
	readonly params: Params;
}

/** All that is registered under one handle. */
interface Entry {
	readonly handle: Handle;
	readonly resolver: object;
	readonly routes: Map<string, Route>;
}

/** The table of what paths reach. Maps, not objects: a path cannot reach what nobody registered. */
export class Routes {
	private readonly fixed = new Map<string, Entry>();
	private readonly templates: Entry[] = [];

	constructor(resolvers: readonly object[]) {
		for (const resolver of resolvers) this.register(resolver);
		this.templates.sort((a, b) => compareTemplates(a.handle, b.handle));
		for (const entry of [...this.fixed.values(), ...this.templates]) {
			if (!entry.routes.has('affordances')) add(entry, entry.resolver, undefined, 'affordances');
		}
	}

	/** The templates of all paths that can be reached. */
	get paths(): string[] {
		return [...this.fixed.values(), ...this.templates].flatMap((entry) =>
			[...entry.routes.values()].map((route) => route.template.template),
		);
	}

	/** The route of a path, whoever asks; or the error that says what is near. A static handle wins over a template. */
	find(path: AgentesePath): Found | PathNotFoundError {
		const handle = handleOf(path);
		const fixed = this.fixed.get(handle);
		if (fixed !== undefined) return this.found(fixed, path, matchHandle(fixed.handle, handle.split('.')));
		const segments = handle.split('.');
		for (const entry of this.templates) {
			const params = matchHandle(entry.handle, segments);
			if (params !== undefined) return this.found(entry, path, params);
		}
		return this.notFound(path);
	}

	/** The error for an observer whose archetype a route is not afforded to. */
	refuse({ route }: Found, observer: Observer): AffordanceError | undefined {
		if (isAfforded(route, observer)) return undefined;
		return new AffordanceError(route.template.aspect, observer.archetype, this.afforded(route, observer));
	}

	/** The aspects beside a route that an observer may ask for, sorted. */
	afforded(route: Route, observer: Observer): string[] {
		const entry = this.entry(route.template);
		return [...(entry?.routes ?? [])]
			.filter(([, one]) => isAfforded(one, observer))
			.map(([aspect]) => aspect)
			.sort();
	}

	private entry(template: PathTemplate): Entry | undefined {
		return this.fixed.get(template.handle) ?? this.templates.find((one) => one.handle.handle === template.handle);
	}

	private found(entry: Entry, path: AgentesePath, params: Params | undefined): Found | PathNotFoundError {
		const route = entry.routes.get(path.aspect);
		return route === undefined || params === undefined ? this.notFound(path) : { route, params };
	}

	private notFound(path: AgentesePath): PathNotFoundError {
		return new PathNotFoundError(path.path, nearestPaths(path.path, this.paths));
	}

	private register(resolver: object): void {
		const handle = ownerHandle(resolver);
		const members = publishedMembers(resolver);
		const paths = members.map((member) => [member, pathTextOf(member, resolver)] as const);
		if (handle === undefined && paths.every(([, path]) => path === undefined)) {
			throw refused(resolver, 'neither a handle nor a path', "@Resolver('self.soul') on its class");
		}
		if (handle !== undefined) this.open(parseHandle(handle), resolver, true);
		for (const [member, text] of paths) {
			if (text === undefined) continue;
			const template = parsePathTemplate(text);
			const entry = this.open(parseHandle(template.handle), resolver, false);
			add(entry, resolver, member, template.aspect);
		}
	}

	/** The entry of a handle, made if need be. A handle that a class declares is answered by one resolver. */
	private open(handle: Handle, resolver: object, declares: boolean): Entry {
		const known = this.fixed.get(handle.handle) ?? this.templates.find((entry) => sameShape(entry.handle, handle));
		if (known !== undefined) {
			if (declares && known.resolver !== resolver) {
				const other = nameOfClass(known.resolver) || 'another';
				throw refused(resolver, `the handle '${handle.handle}', which ${other} answers already`, 'a handle of its own');
			}
			return known;
		}
		const entry = { handle, resolver, routes: new Map<string, Route>() };
		if (handle.isTemplate) this.templates.push(entry);
		else this.fixed.set(handle.handle, entry);
		return entry;
	}
}

function add(entry: Entry, resolver: object, member: Member | undefined, aspect: string): void {
	if (entry.routes.has(aspect)) {
		throw refused(resolver, `the path '${entry.handle.handle}.${aspect}' a second time`, 'another aspect');
	}
	entry.routes.set(aspect, { template: parsePathTemplate(`${entry.handle.handle}.${aspect}`), resolver, member });
}

function isAfforded({ member }: Route, observer: Observer): boolean {
	return member?.aspect?.affordedTo?.includes(observer.archetype) ?? true;
}

function refused(resolver: object, got: string, wayOut: string): DecorationError {
	return new DecorationError({
		decorator: 'createLogos',
		class: nameOfClass(resolver),
		rule: 'A handle is declared on a class and answered by one resolver.',
		got,
		wayOut,
	});
}
