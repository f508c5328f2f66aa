import { segmentOfName } from '../../agentese/paths/grammar.js';
import { type PathTemplate, parsePathTemplate } from '../../agentese/paths/template.js';
import type { Advice, AdviceSpec, InvocationOptions, JoinPointFacts } from '../../invocation/advice.js';
import { mergedRuleOf } from '../../rules/rules.js';
import { reportConflicts } from '../../runtime/conflicts.js';
import {
	attributesOn,
	declaredOn,
	handleOf,
	type MemberAttribute,
	wrapperMember,
} from '../declarations/declarations.js';
import type { AspectOptions, Member, ParameterAttribute } from '../declarations/member.js';
import { chainOf, classOf, findProperty, nameOfClass } from '../declarations/prototype-chain.js';
import { advicesOf, type Decoration, expand } from './advices.js';

/**
 * All that is known of a method on a class before it is called, and what happens when it is called. It is computed once
 * per epoch and class of the receiver, and frozen.
 */
export interface JoinPoint extends JoinPointFacts {
	/** The advices of all decorators on the method, in the order in which they enter; empty if a rule switches it off. */
	readonly advices: readonly Advice[];
	/** The advices that have a `refuses` part, idle ones included. */
	readonly refusalAdvices: readonly Advice[];
	/** The decorators' options on the invocation itself, merged. */
	readonly options: InvocationOptions;
	/** The index of the parameter that is the umwelt, counted from 0. */
	readonly observerIndex: number;
	/** The `@SpanAttribute`s on parameters of the method. */
	readonly parameterAttributes: readonly ParameterAttribute[];
	/** The `@SpanAttribute`s on fields and accessors of the class and its base classes. */
	readonly memberAttributes: readonly MemberAttribute[];
	/** True if items of a stream are observed: by an advice, for token usage, or to measure the stream. */
	readonly wantsItems: boolean;
	/** True if an advice has an `item` part. */
	readonly showsItems: boolean;
	/** True if a call is no invocation: all advices are idle, or a woven override has called its super method. */
	readonly unobserved: boolean;
	/**
	 * The advices that are not idle, if each of them has an `idleIn` part and so can be idle in a call's context; else
	 * undefined.
	 */
	readonly idleByContext: readonly Advice[] | undefined;
	/** True if an advice reads the duration, so that the clock must be read. */
	readonly timed: boolean;
	/**
	 * The class's arrow-function fields that are woven on each instance; undefined if it has none. Legacy standard only.
	 */
	readonly instanceFields: readonly Member[] | undefined;
}

/** A path's template and its parts. It has only the template if the path resolves to nothing. */
export type JoinPointPath = Pick<PathTemplate, 'template'> &
	Partial<Pick<PathTemplate, 'context' | 'holon' | 'aspect'>>;

/** What `createJoinPoint` creates a join point from. */
interface JoinPointSource {
	/** The AGENTESE path; undefined for a function without one. */
	readonly path: JoinPointPath | undefined;
	/** The value of `code.function.name`; empty if no function of the application is called. */
	readonly functionName: string;
	/** The decorators, each with its merged options. */
	readonly decorators: readonly Decoration[];
	/** The index of the parameter that is the umwelt. @default 0 */
	readonly observerIndex?: number | undefined;
	/** The `@SpanAttribute`s on parameters. @default none */
	readonly parameterAttributes?: readonly ParameterAttribute[];
	/** The `@SpanAttribute`s on fields and accessors. @default none */
	readonly memberAttributes?: readonly MemberAttribute[];
	/** True if the call comes from a woven override, of whose invocation it is a part. @default false */
	readonly calledBySuper?: boolean;
	/** The fields that are woven on each instance. @default none */
	readonly instanceFields?: readonly Member[] | undefined;
	/** The aspect's category. @default none */
	readonly category?: JoinPointFacts['category'];
}

/**
 * Creates a join point: calls each decorator for its advice and for its options on the invocation itself. If a rule
 * switches the method off, the join point has no advices, and a call is as if the method were not woven. Never throws.
 */
export function createJoinPoint(source: JoinPointSource): JoinPoint {
	reportConflicts();
	const point: JoinPointFacts = Object.freeze({
		template: source.path?.template,
		context: source.path?.context,
		holon: source.path?.holon,
		aspect: source.path?.aspect,
		functionName: source.functionName,
		...(source.category === undefined ? undefined : { category: source.category }),
	});
	// Before the advices are created, because a rule can match any of the names and paths in `point`.
	const decorations = expand(source.decorators, point);
	const advices = mergedRuleOf(point).enabled === false ? [] : advicesOf(decorations, point);
	const busy = advices.filter((advice) => advice.idle?.() !== true);
	// Not of the enabled decorators alone: a dispatcher runs the invocation of a method that a rule switches off too, and
	// model tokens are still counted for it.
	const options: InvocationOptions = Object.assign(
		{},
		...decorations.flatMap(({ own, brought }) =>
			[brought, own].map((decoration) => decoration?.[0].invocationOptions?.(decoration[1])),
		),
	);
	return Object.freeze({
		...point,
		advices,
		refusalAdvices: advices.filter((advice) => advice.refuses !== undefined),
		options,
		observerIndex: source.observerIndex ?? 0,
		parameterAttributes: source.parameterAttributes ?? [],
		memberAttributes: source.memberAttributes ?? [],
		wantsItems: options.tokens !== undefined || advices.some(observesItems),
		showsItems: advices.some((advice) => advice.item !== undefined),
		unobserved: source.calledBySuper === true || busy.length === 0,
		idleByContext: busy.every((advice) => advice.idleIn !== undefined) ? busy : undefined,
		timed: busy.some((advice) => advice.timed !== false),
		instanceFields: source.instanceFields,
	});
}

/** True if an advice has an `item` part, or wants streams measured and is not idle, as those of the toolkit do. */
function observesItems(advice: Advice): boolean {
	return advice.item !== undefined || (advice.streams === true && advice.idle?.() !== true);
}

/**
 * Creates the join point of a member on the class of a receiver.
 *
 * @param owner - the prototype of the receiver; for a static member, or one woven on an object, the receiver itself;
 *   undefined if the receiver is no object
 * @param always - decorators that a dispatcher adds before the member's own if the member lacks them. @default none
 */
export function createMemberJoinPoint(
	member: Member,
	owner: object | undefined,
	always: readonly AdviceSpec[] = [],
): JoinPoint {
	const call = resolveCall(member, owner);
	const specs = member.specs();
	for (const spec of always) if (!specs.some(({ name }) => name === spec.name)) specs.unshift(spec);
	const chain = call.owner === undefined ? [] : chainOf(call.owner);
	return createJoinPoint({
		path: pathOf(member, call.owner),
		functionName: functionName(member, call.owner),
		decorators: specs.map((spec) => [spec, member.mergedOptions(spec)] as const),
		observerIndex: member.observerIndex,
		parameterAttributes: member.parameterAttributes,
		memberAttributes: chain.flatMap(attributesOn),
		calledBySuper: call.bySuper,
		instanceFields: instanceFieldsOf(chain, member),
		category: declaredAspect(member, call.owner)?.category,
	});
}

/** The class that a call counts for, and whether a woven override of that class has called it by `super`. */
interface ResolvedCall {
	/** The prototype, class or woven object; undefined for a function. */
	readonly owner: object | undefined;
	/** True if an override has called the member: then the call is no invocation of its own. */
	readonly bySuper: boolean;
}

/**
 * Returns the class that a call of the member on this owner counts for. There are three cases: the member is what a
 * call on the owner meets, and counts for the owner; a woven override hides it, so the call comes from that override by
 * `super` and is a part of its invocation; or another object has borrowed the method, and it counts for its own class.
 */
function resolveCall(member: Member, owner: object | undefined): ResolvedCall {
	if (owner === undefined) return { owner: member.homeObject, bySuper: false };
	if (member.isPrivate || member.kind === 'field') return { owner, bySuper: false };
	const found = findProperty(owner, member.key);
	if (found === undefined) return { owner: homeObjectOf(member, owner), bySuper: false };
	// The property on the owner is this member's wrapper: nothing overrides it.
	const { value, get, set } = found.descriptor;
	if ([value, get, set].some((part) => wrapperMember(part) === member)) return { owner, bySuper: false };
	// Something else is in its place: an override, or another library's wrapper around this one, which is not woven.
	const nearest = nearestWoven(owner, member);
	const inherited = inherits(member, owner);
	if (nearest === undefined || nearest === member) {
		return { owner: inherited ? owner : member.homeObject, bySuper: false };
	}
	return inherited ? { owner, bySuper: true } : { owner: member.homeObject, bySuper: false };
}

/**
 * Returns the first woven member of that name along the owner's prototypes; overrides that are not woven are skipped.
 */
function nearestWoven(owner: object, { key, kind }: Member): Member | undefined {
	for (const object of chainOf(owner)) {
		const woven = declaredOn(object).find(
			(member) => member.key === key && member.woven && (member.kind === 'setter') === (kind === 'setter'),
		);
		if (woven !== undefined) return woven;
	}
	return undefined;
}

/** True if the member's own class is among the owner's prototypes. True as well if its class is not known yet. */
function inherits(member: Member, owner: object): boolean {
	homeObjectOf(member, owner);
	return member.homeObject === undefined || chainOf(owner).includes(member.homeObject);
}

/** Finds the class of a TC39 member along a prototype chain, since only a class's metadata object leads to it. */
function homeObjectOf(member: Member, owner: object): object | undefined {
	if (member.homeObject === undefined) for (const object of chainOf(owner)) declaredOn(object);
	return member.homeObject;
}

/** Returns the template of a member on an owner: its `path` option, else handle and aspect; undefined if it has none. */
function pathOf(member: Member, owner: object | undefined): PathTemplate | undefined {
	const { path } = invocationOptionsOf(member);
	if (path !== undefined) return parsePathTemplate(path);
	const handle = owner === undefined ? undefined : ownerHandle(owner);
	const aspect = aspectOf(member, owner);
	return handle === undefined || aspect === undefined ? undefined : parsePathTemplate(`${handle}.${aspect}`);
}

/** Returns the options on the invocation itself of all decorators on a member, merged. */
export function invocationOptionsOf(member: Member): InvocationOptions {
	return Object.assign({}, ...member.specs().map((spec) => spec.invocationOptions?.(member.mergedOptions(spec))));
}

/** Returns the handle of a class, of the class of a prototype, or of an object that was woven with a handle. */
export function ownerHandle(owner: object): string | undefined {
	return nearestDeclared(owner, handleOf);
}

/** Returns what is declared nearest to an owner: on itself, on its prototypes, or on its class. */
export function nearestDeclared<T>(owner: object, read: (target: object) => T | undefined): T | undefined {
	for (const object of chainOf(owner)) {
		const declared = read(object);
		if (declared !== undefined) return declared;
	}
	const cls = classOf(owner);
	return cls === undefined ? undefined : read(cls);
}

/**
 * Returns what `@Aspect` declares of a member on an owner: its own declaration, else that of the method of the same name
 * in a base class, which an override inherits. Undefined without either.
 */
export function declaredAspect(member: Member, owner: object | undefined): AspectOptions | undefined {
	if (member.aspect !== undefined || member.isPrivate || owner === undefined) return member.aspect;
	if (member.kind !== 'method' && member.kind !== 'field') return undefined;
	return chainOf(owner)
		.flatMap(declaredOn)
		.find(
			({ key, aspect, isPrivate, isStatic }) =>
				aspect !== undefined && key === member.key && !isPrivate && isStatic === member.isStatic,
		)?.aspect;
}

/**
 * Returns the aspect of a member on an owner: the declared one, else its name, in snake_case if it is in camelCase.
 * Undefined if its name cannot be a segment of a path.
 */
export function aspectOf(member: Member, owner: object | undefined): string | undefined {
	const options = invocationOptionsOf(member);
	// The options `path` and `aspect` of @Traced win over the method's name, and `path` over all.
	if (options.path !== undefined) return parsePathTemplate(options.path).aspect;
	return declaredAspect(member, owner)?.name ?? (options.aspect || undefined) ?? segmentOfName(member.name);
}

/** Returns the value of `code.function.name`: `Soul.challenge`, or `challenge` if the class has no name. */
export function functionName(member: Member, owner: object | undefined): string {
	const className = owner === undefined ? '' : nameOfClass(owner);
	if (className === '') return member.name;
	return member.name.startsWith('[') ? `${className}${member.name}` : `${className}.${member.name}`;
}

/**
 * Returns the fields of a class and its base classes that are woven on each instance. TC39 fields are not among them: their
 * decorator weaves them when the instance is created.
 */
function instanceFieldsOf(chain: readonly object[], member: Member): readonly Member[] | undefined {
	if (member.isStatic) return undefined;
	const fields = chain.flatMap(declaredOn).filter(({ kind, metadata }) => kind === 'field' && metadata === undefined);
	return fields.length === 0 ? undefined : fields;
}
