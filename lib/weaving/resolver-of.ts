import type { Category } from '../invocation/category.js';
import { declaredOn } from './declarations.js';
import { aspectOf, factsOf, ownerHandle } from './join-point.js';
import type { Member } from './member.js';
import { chainOf, nameOfClass } from './prototype-chain.js';

/** One aspect that a resolver publishes. */
export interface AspectDescription {
	/** The verb: the last segment of its path. */
	readonly aspect: string;
	/** The whole path or its template; undefined where neither class nor method has one. */
	readonly path: string | undefined;
	/** The method that answers it. */
	readonly method: PropertyKey;
	readonly isStatic: boolean;
	/** The archetypes that may ask; undefined: all. */
	readonly affordedTo: readonly string[] | undefined;
	/** What kind of aspect it is; undefined where nothing was said. */
	readonly category: Category | undefined;
	/** The options of each decorator on it by the decorator's name, class and method merged. */
	readonly options: Readonly<Record<string, object>>;
}

/** What decorators declared of a class, an instance or a woven object. */
export interface ResolverDescription {
	/** What it answers for, its own or inherited; undefined where no `@Resolver` says so. */
	readonly handle: string | undefined;
	/** The class's name. */
	readonly name: string;
	/** What can be reached by a path, in the order of declaration, a subclass's own first. */
	readonly aspects: readonly AspectDescription[];
}

/**
 * Reads back what was declared of a resolver: by its class (both its instance and its static side), an instance, or an
 * object that `weave` was given. Dispatchers, tests and documentation read the same.
 */
export function resolverOf(target: object): ResolverDescription {
	const sides = typeof target === 'function' ? [(target as { prototype?: object }).prototype, target] : [target];
	const aspects = sides
		.filter((side) => side !== undefined)
		.flatMap((side) => publishedMembers(side).map((member) => describe(member, side)));
	return Object.freeze({
		handle: ownerHandle(target),
		name: nameOfClass(target),
		aspects: Object.freeze(aspects),
	});
}

/** The members of an instance, a prototype or a class's static side that a path can reach; the nearest of a name. */
export function publishedMembers(side: object): Member[] {
	const byAspect = new Map<string, Member>();
	for (const member of chainOf(side).flatMap(declaredOn)) {
		const aspect = aspectOf(member);
		if (aspect !== undefined && isPublished(member) && !byAspect.has(aspect)) byAspect.set(aspect, member);
	}
	return [...byAspect.values()];
}

/**
 * Published is what was decorated by name. Never what a class-level decorator merely watches: to add observability must
 * not open a door.
 */
function isPublished(member: Member): boolean {
	if (member.kind !== 'method' && member.kind !== 'field') return false;
	if (member.isPrivate && member.readPrivate === undefined) return false;
	if (factsOf(member).aspect === false) return false;
	return (
		member.aspect !== undefined ||
		member.sayings.some(({ spec, level }) => level === 'member' && spec.publishes === true)
	);
}

/** The path that a member answers on a side. */
export function pathTextOf(member: Member, side: object): string | undefined {
	const handle = ownerHandle(side);
	return factsOf(member).path ?? (handle === undefined ? undefined : `${handle}.${aspectOf(member)}`);
}

function describe(member: Member, side: object): AspectDescription {
	return Object.freeze({
		aspect: aspectOf(member) ?? '',
		path: pathTextOf(member, side),
		method: member.key,
		isStatic: member.isStatic,
		affordedTo: member.aspect?.affordedTo,
		category: member.aspect?.category,
		options: Object.freeze(Object.fromEntries(member.specs().map((spec) => [spec.name, member.merged(spec)]))),
	});
}
