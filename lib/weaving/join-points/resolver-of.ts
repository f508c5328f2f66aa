import type { AspectCategory } from '../../invocation/category.js';
import { declaredOn, publishingOf } from '../declarations/declarations.js';
import type { Member } from '../declarations/member.js';
import { chainOf, nameOfClass } from '../declarations/prototype-chain.js';
import { aspectOf, declaredAspect, invocationOptionsOf, nearestDeclared, ownerHandle } from './join-point.js';

/** One aspect that a resolver publishes. */
export interface AspectDescription {
	/** The name of the aspect: the last segment of its path. */
	readonly aspect: string;
	/** The full path or its template; undefined if the class has no handle and the method no `path` option. */
	readonly path: string | undefined;
	/** The name or symbol of the method that answers it. */
	readonly method: PropertyKey;
	/** True for a static method. */
	readonly isStatic: boolean;
	/** The archetypes of observers that may invoke it; undefined if all may. */
	readonly affordedTo: readonly string[] | undefined;
	/** The category that `@Aspect` declares; undefined if it declares none. */
	readonly category: AspectCategory | undefined;
	/** The options of each decorator on the method, by the decorator's name, those of class and method merged. */
	readonly options: Readonly<Record<string, object>>;
}

/** What decorators and `instrument()` declare of a class, an instance or an object. */
export interface ResolverDescription {
	/** The handle, inherited ones included; undefined without `@Resolver`. */
	readonly handle: string | undefined;
	/** The class's name; empty if it has none. */
	readonly name: string;
	/** The aspects that a path can reach, in the order of declaration, those of a subclass before those of its base. */
	readonly aspects: readonly AspectDescription[];
}

/**
 * Returns what is declared of a resolver. Dispatchers, tests and generated documentation can read it.
 *
 * @param target - a class (its instance side and its static side are described), an instance, or an object that
 *   `instrument()` was called with
 * @returns a frozen description; without handle and aspects if nothing is declared
 * @throws TypeError if the target is neither a class nor an object
 *
 * @example
 * ```ts
 * import { Aspect, Resolver, resolverOf } from 'agentese-otel';
 *
 * @Resolver('self.soul')
 * class Soul {
 * 	@Aspect({ affordedTo: ['scholar'] })
 * 	challenge() {}
 * }
 * const { handle, aspects } = resolverOf(Soul);
 * handle; // => 'self.soul'
 * aspects.map(({ path, affordedTo }) => [path, affordedTo]); // => [['self.soul.challenge', ['scholar']]]
 * resolverOf(undefined as never); // throws TypeError: resolverOf() accepts a class
 * ```
 */
export function resolverOf(target: object): ResolverDescription {
	if (typeof target !== 'function' && (typeof target !== 'object' || target === null)) {
		const got = target === null ? 'null' : typeof target;
		throw new TypeError(
			`resolverOf() accepts a class, an instance or an object; it got ${got}. Pass the resolver itself.`,
		);
	}
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

/**
 * Returns the members that a path can reach; of several with one aspect only the nearest.
 *
 * @param side - an instance, a prototype, or a class for its static members
 */
export function publishedMembers(side: object): Member[] {
	const byAspect = new Map<string, Member>();
	/** The names of methods that `aspect: false` leaves out, those of base classes too. */
	const hidden = new Set<PropertyKey>();
	const publishesAnnotated = nearestDeclared(side, publishingOf) === 'annotated';
	for (const member of chainOf(side).flatMap(declaredOn)) {
		if (hidden.has(member.key)) continue;
		if (!member.isPrivate && invocationOptionsOf(member).aspect === false) hidden.add(member.key);
		const aspect = aspectOf(member, side);
		if (aspect === undefined || byAspect.has(aspect)) continue;
		if (isPublished(member, side, publishesAnnotated)) byAspect.set(aspect, member);
	}
	return [...byAspect.values()];
}

/**
 * True if a path can reach a member: if it or the method that it overrides has `@Aspect` or, with `publish: 'annotated'` on `@Resolver`, any decorator on
 * the member itself. Nothing else publishes, because observability of a method must not make it reachable.
 */
function isPublished(member: Member, side: object, publishesAnnotated: boolean): boolean {
	if (member.kind !== 'method' && member.kind !== 'field') return false;
	// Without `access.get` in the decorator context there is no way to call a private method.
	if (member.isPrivate && member.readPrivate === undefined) return false;
	if (invocationOptionsOf(member).aspect === false) return false;
	if (declaredAspect(member, side) !== undefined) return true;
	return publishesAnnotated && member.decorators.some(({ level }) => level === 'member');
}

/**
 * Returns two methods of a class that have one path, in whatever spelling, and that path; undefined if there are none.
 * An override and the method that it overrides are one method.
 */
export function sharedPath(side: object): { readonly path: string; readonly members: Member[] } | undefined {
	const byPath = new Map<string, Member>();
	for (const member of chainOf(side).flatMap(declaredOn)) {
		if (member.kind !== 'method' && member.kind !== 'field') continue;
		if (member.isStatic !== (typeof side === 'function') || aspectOf(member, side) === undefined) continue;
		const path = pathTextOf(member, side);
		if (path === undefined) continue;
		const spelling = path.replaceAll('-', '_');
		const other = byPath.get(spelling);
		if (other === undefined) byPath.set(spelling, member);
		else if (other.key !== member.key) return { path, members: [other, member] };
	}
	return undefined;
}

/** Returns the path or template of a member on a side; undefined if it has none. */
export function pathTextOf(member: Member, side: object): string | undefined {
	const handle = ownerHandle(side);
	return invocationOptionsOf(member).path ?? (handle === undefined ? undefined : `${handle}.${aspectOf(member, side)}`);
}

/** Returns the frozen description of a published member. */
function describe(member: Member, side: object): AspectDescription {
	const declared = declaredAspect(member, side);
	return Object.freeze({
		aspect: aspectOf(member, side) ?? '',
		path: pathTextOf(member, side),
		method: member.key,
		isStatic: member.isStatic,
		affordedTo: declared?.affordedTo,
		category: declared?.category,
		options: Object.freeze(Object.fromEntries(member.specs().map((spec) => [spec.name, member.mergedOptions(spec)]))),
	});
}
