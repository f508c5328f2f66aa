import { isSegment } from '../agentese/paths/grammar.js';
import { type PathTemplate, parsePathTemplate } from '../agentese/paths/template.js';
import type { Advice, AdviceSpec, InvocationFacts, JoinPointFacts } from '../invocation/advice.js';
import { verdictOf } from '../rules/rules.js';
import { warnOnce } from '../runtime/log-once.js';
import { attributesOn, declaredOn, handleOf, type MemberAttribute, wrapperMember } from './declarations.js';
import type { Member, ParameterAttribute } from './member.js';
import { chainOf, classOf, findProperty, nameOfClass } from './prototype-chain.js';

/** What is known of a method on a class, and what is to be done when it is called. Computed once per epoch, then frozen. */
export interface JoinPoint extends JoinPointFacts {
	readonly advices: readonly Advice[];
	/** Those of the advices that know refusals, idle ones included. */
	readonly judges: readonly Advice[];
	readonly facts: InvocationFacts;
	/** The index of the parameter that is the umwelt. */
	readonly observerAt: number;
	readonly parameterAttributes: readonly ParameterAttribute[];
	readonly memberAttributes: readonly MemberAttribute[];
	readonly wantsItems: boolean;
	/** Whether an advice is shown each item. */
	readonly showsItems: boolean;
	/** True where a call is not an invocation: all advices are idle, or a woven override called its super method. */
	readonly bare: boolean;
	/** The advices that are not idle, where each of them can tell of a context whether it is; else undefined. */
	readonly sleepers: readonly Advice[] | undefined;
	/** False where no advice looks at the duration. */
	readonly timed: boolean;
	/** Arrow-function fields, decorated in the legacy standard, that are woven on each instance. */
	readonly lateFields: readonly Member[] | undefined;
}

/** A path's template and its parts; only the template where the path resolves to nothing. */
export type PointPath = Pick<PathTemplate, 'template'> & Partial<Pick<PathTemplate, 'context' | 'holon' | 'aspect'>>;

/** What a join point is made of. */
export interface PointSource {
	/** Where it stands in AGENTESE; undefined for a plain function. */
	readonly path: PointPath | undefined;
	/** Empty where no function of the application stands behind it. */
	readonly functionName: string;
	/** Each decorator with its merged options. */
	readonly words: readonly (readonly [AdviceSpec, object])[];
	readonly observerAt?: number | undefined;
	readonly parameterAttributes?: readonly ParameterAttribute[];
	readonly memberAttributes?: readonly MemberAttribute[];
	readonly passThrough?: boolean;
	readonly lateFields?: readonly Member[] | undefined;
	readonly category?: JoinPointFacts['category'];
}

/**
 * Makes a join point: asks each decorator for its advice, and what its options say of the invocation itself. One that a
 * rule switches off has no advice, and so is called as if it were not woven.
 */
export function makePoint(source: PointSource): JoinPoint {
	const point: JoinPointFacts = Object.freeze({
		template: source.path?.template,
		context: source.path?.context,
		holon: source.path?.holon,
		aspect: source.path?.aspect,
		functionName: source.functionName,
		...(source.category === undefined ? undefined : { category: source.category }),
	});
	const heard = verdictOf(point).enabled === false ? [] : source.words;
	const advices = heard.map(([spec, options]) => adviceOf(spec, options, point));
	const awake = advices.filter((advice) => advice.idle?.() !== true);
	const facts: InvocationFacts = Object.assign({}, ...source.words.map(([spec, options]) => spec.facts?.(options)));
	return Object.freeze({
		...point,
		advices,
		judges: advices.filter((advice) => advice.refuses !== undefined),
		facts,
		observerAt: source.observerAt ?? 0,
		parameterAttributes: source.parameterAttributes ?? [],
		memberAttributes: source.memberAttributes ?? [],
		wantsItems: facts.tokens !== undefined || advices.some(seesItems),
		showsItems: advices.some((advice) => advice.item !== undefined),
		bare: source.passThrough === true || awake.length === 0,
		sleepers: awake.every((advice) => advice.idleIn !== undefined) ? awake : undefined,
		timed: awake.some((advice) => advice.timed !== false),
		lateFields: source.lateFields,
	});
}

/** The toolkit's own advices want streams measured, and every item asked for tokens, while they have anything to do. */
function seesItems(advice: Advice): boolean {
	return advice.item !== undefined || (advice.streams === true && advice.idle?.() !== true);
}

function adviceOf(spec: AdviceSpec, options: object, point: JoinPointFacts): Advice {
	try {
		return spec.advice(options, point);
	} catch (error) {
		warnOnce(`advice.make.${spec.name}`, `@${spec.name} could not make its advice for ${point.functionName}.`, error);
		return { idle: () => true };
	}
}

/**
 * The join point of a member on the class of a receiver.
 *
 * @param owner - the prototype of the receiver; for a static member, or one woven on an object, the receiver itself;
 *   undefined where the receiver is no object
 * @param always - decorators that a dispatcher adds where the member does not have them
 */
export function memberPoint(member: Member, owner: object | undefined, always: readonly AdviceSpec[] = []): JoinPoint {
	const place = placeOf(member, owner);
	const at = place.owner;
	const specs = member.specs();
	for (const spec of always) if (!specs.some((one) => one.name === spec.name)) specs.unshift(spec);
	const words = specs.map((spec) => [spec, member.merged(spec)] as const);
	const chain = at === undefined ? [] : chainOf(at);
	return makePoint({
		path: pathOf(member, at),
		functionName: functionName(member, at),
		words,
		observerAt: member.observerAt,
		parameterAttributes: member.parameterAttributes,
		memberAttributes: chain.flatMap(attributesOn),
		passThrough: place.called === 'by override',
		lateFields: lateFields(chain, member),
		category: member.aspect?.category,
	});
}

/**
 * Whose method it is when it is called on that owner: its class's own; one that an override there called by `super`,
 * which is the same invocation if the override is woven too; or one borrowed by another object, which keeps its home.
 */
function placeOf(
	member: Member,
	owner: object | undefined,
): { owner: object | undefined; called: 'here' | 'by override' } {
	if (owner === undefined) return { owner: member.home, called: 'here' };
	if (member.isPrivate || member.kind === 'field') return { owner, called: 'here' };
	const found = findProperty(owner, member.key);
	if (found === undefined) return { owner: homeOf(member, owner) ?? member.home, called: 'here' };
	const { value, get, set } = found.descriptor;
	if ([value, get, set].some((part) => wrapperMember(part) === member)) return { owner, called: 'here' };
	const rival = nearestWoven(owner, member);
	if (rival === undefined || rival === member)
		return { owner: belongs(member, owner) ? owner : member.home, called: 'here' };
	return belongs(member, owner) ? { owner, called: 'by override' } : { owner: member.home, called: 'here' };
}

/** The member of that name that a call on the owner meets first, below overrides that are not woven. */
function nearestWoven(owner: object, { key, kind }: Member): Member | undefined {
	for (const at of chainOf(owner)) {
		const here = declaredOn(at).find(
			(one) => one.key === key && one.woven && (one.kind === 'setter') === (kind === 'setter'),
		);
		if (here !== undefined) return here;
	}
	return undefined;
}

/** True where the member's own class is among the owner's prototypes (or its home is not known yet, and so cannot be told). */
function belongs(member: Member, owner: object): boolean {
	homeOf(member, owner);
	return member.home === undefined || chainOf(owner).includes(member.home);
}

/** Looks a TC39 member's home up in a chain: there the class's metadata object is the only way to know it. */
function homeOf(member: Member, owner: object): object | undefined {
	if (member.home === undefined) for (const at of chainOf(owner)) declaredOn(at);
	return member.home;
}

function pathOf(member: Member, owner: object | undefined): PathTemplate | undefined {
	const { path } = factsOf(member);
	if (path !== undefined) return parsePathTemplate(path);
	const handle = owner === undefined ? undefined : ownerHandle(owner);
	const aspect = aspectOf(member);
	return handle === undefined || aspect === undefined ? undefined : parsePathTemplate(`${handle}.${aspect}`);
}

/** What the options of all decorators on a member say of its invocations. */
export function factsOf(member: Member): InvocationFacts {
	return Object.assign({}, ...member.specs().map((spec) => spec.facts?.(member.merged(spec))));
}

/** The handle of a prototype's class, of a class, or of an object that was woven with one. */
export function ownerHandle(owner: object): string | undefined {
	for (const at of chainOf(owner)) {
		const own = handleOf(at);
		if (own !== undefined) return own;
	}
	const cls = classOf(owner);
	return cls === undefined ? undefined : handleOf(cls);
}

/** The aspect that a member answers: what was said, else its name; undefined where that cannot be a segment of a path. */
export function aspectOf(member: Member): string | undefined {
	const said = factsOf(member);
	if (said.path !== undefined) return parsePathTemplate(said.path).aspect;
	const aspect = member.aspect?.name ?? (said.aspect || undefined) ?? member.name;
	return isSegment(aspect) ? aspect : undefined;
}

/** `Soul.challenge`: what a member is called on an owner. */
export function functionName(member: Member, owner: object | undefined): string {
	const name = owner === undefined ? '' : nameOfClass(owner);
	if (name === '') return member.name;
	return member.name.startsWith('[') ? `${name}${member.name}` : `${name}.${member.name}`;
}

function lateFields(chain: readonly object[], member: Member): readonly Member[] | undefined {
	if (member.isStatic) return undefined;
	const fields = chain.flatMap(declaredOn).filter((one) => one.kind === 'field' && one.metadata === undefined);
	return fields.length === 0 ? undefined : fields;
}
