// The naming rules of OpenTelemetry: https://opentelemetry.io/docs/specs/semconv/general/naming/ and the policies
// `naming_conventions` and `stability` of https://github.com/open-telemetry/opentelemetry-weaver-packages.
import { isRegistry, isWritten, writtenAttributes } from './read.mjs';

/** The first segment of every name of the toolkit. */
const NAMESPACE = 'agentese';

/** Lower case, words separated by one underscore, segments by one dot. It begins with a letter and ends with none. */
const NAME = /^[a-z][a-z0-9]*(?:[._][a-z0-9]+)*$/;

/** Lower case, words separated by one underscore. The toolkit's `_OTHER` is the one that OpenTelemetry prescribes. */
const MEMBER = /^(?:[a-z][a-z0-9]*(?:_[a-z0-9]+)*|_OTHER)$/;

/** Words that name a unit. */
const UNIT_WORD =
	/^(?:ns|us|ms|s|nanos|micros|millis|(?:nano|micro|milli)?seconds?|minutes?|hours?|days?|by|bytes?|bits?|(?:kilo|mega|giga|kibi|mebi|gibi)bytes?|percent|celsius|hertz)$/;

/** UCUM: atoms that metrics use, annotations in braces, and quotients of both. */
const UNIT = /^(?:(?:[numk]?s|min|h|d|(?:[kMGT]i?)?By|bit|1|%|Cel|Hz|\{[a-z]+(?:_[a-z]+)*\})(?:\/(?!$)|$))+$/;

/** The simple types of attributes. */
const TYPES = ['string', 'int', 'double', 'boolean', 'string[]', 'int[]', 'double[]', 'boolean[]'];

/** From the least to the most stable. */
const STABILITY = ['development', 'alpha', 'beta', 'release_candidate', 'stable'];

const INSTRUMENTS = ['counter', 'updowncounter', 'gauge', 'histogram'];
const SPAN_KINDS = ['internal', 'client', 'server', 'producer', 'consumer'];
const LEVELS = ['required', 'recommended', 'opt_in', 'conditionally_required'];

/** The keys that Weaver's format has, by what they describe. */
const KEYS = {
	group:
		'id type brief note extends stability deprecated display_name attributes annotations metric_name instrument unit ' +
		'span_kind events',
	attribute:
		'id ref type brief examples tag stability deprecated requirement_level sampling_relevant note annotations role',
	member: 'id value brief note stability deprecated annotations',
};

/**
 * Returns the faults of a model, one sentence each, sorted. Each begins with the name of its rule and the name that
 * breaks it. What the upstream registry defines is checked only where a rule compares names with each other.
 */
export function ruleFaults(model) {
	const faults = [...model.faults];
	const fault = (rule, name, text) => faults.push(`${rule}: ${name}. ${text}`);
	checkKeys(model, fault);
	for (const attribute of model.attributes.values()) if (attribute.own) checkAttribute(attribute, fault);
	for (const group of model.groups.values()) if (group.own) checkGroup(group, fault);
	for (const metric of model.metrics.values()) if (metric.own) checkMetric(metric, fault);
	for (const [name, span] of model.spans) if (span.own) checkSpan(name, span, fault);
	checkCollisions('attribute', [...model.attributes.keys()], fault);
	checkCollisions('metric', [...model.metrics.keys()], fault);
	const written = writtenAttributes(model);
	for (const { id, own } of model.attributes.values())
		if (own && !written.has(id)) fault('unused', id, 'No span and no metric has this attribute.');
	for (const pattern of model.imports) {
		const found = [...model.metrics.values()].some(
			(metric) => !metric.own && isWritten({ imports: [pattern] }, metric),
		);
		if (!found) fault('ref', pattern, 'The imported registry has no such metric.');
	}
	return faults.sort();
}

/** Weaver refuses keys that it does not know. */
function checkKeys(model, fault) {
	const check = (what, name, object) => {
		const legal = KEYS[what].split(' ');
		for (const key of Object.keys(object))
			if (!legal.includes(key)) fault('key', `${name}.${key}`, `A ${what} has ${legal.join(', ')}.`);
	};
	for (const { own: _own, file: _file, resolved: _resolved, ...group } of model.groups.values()) {
		check('group', group.id, group);
		for (const attribute of group.attributes ?? []) {
			check('attribute', attribute.id ?? attribute.ref, attribute);
			for (const member of attribute.type?.members ?? []) check('member', `${attribute.id}.${member.id}`, member);
		}
	}
}

/** The form of a name, its namespace, and words that belong elsewhere. */
function checkName(name, fault) {
	if (!NAME.test(name))
		fault('name', name, 'A name has lower case letters and digits, with single dots and underscores.');
	if (!name.startsWith(`${NAMESPACE}.`))
		fault('namespace', name, `A name of the toolkit begins with \`${NAMESPACE}.\`.`);
	const unit = name.split(/[._]/).find((word) => UNIT_WORD.test(word));
	if (unit !== undefined) fault('unit-in-name', name, `The unit is a property of a metric: leave out \`${unit}\`.`);
}

function checkDescription(name, { brief, stability }, fault) {
	if (typeof brief !== 'string' || brief.trim() === '') fault('brief', name, 'It has no brief.');
	else if (!brief.trim().endsWith('.')) fault('brief', name, 'The brief ends with a full stop.');
	if (!STABILITY.includes(stability)) fault('stability', name, `The stability is one of ${STABILITY.join(', ')}.`);
}

function checkAttribute(attribute, fault) {
	const { id, type, examples, stability } = attribute;
	checkName(id, fault);
	checkDescription(id, attribute, fault);
	const members = type?.members;
	if (members === undefined && !TYPES.includes(type))
		fault('type', id, `The type is one of ${TYPES.join(', ')}, or members.`);
	if (typeof type === 'string' && type.startsWith('string') && examples === undefined)
		fault('examples', id, 'A text has an example.');
	for (const example of [examples ?? []].flat())
		if (members === undefined && !isOfType(example, type))
			fault('examples', id, `${JSON.stringify(example)} is no ${type}.`);
	const seen = { id: new Set(), value: new Set() };
	for (const member of members ?? []) {
		const name = `${id}.${member.id}`;
		if (!NAME.test(member.id) || !MEMBER.test(String(member.value)))
			fault('member', name, 'The id and the value of a member are words in lower case, with single underscores.');
		checkDescription(name, member, fault);
		for (const key of ['id', 'value']) {
			if (seen[key].has(member[key])) fault('member', name, `Two members have the ${key} ${member[key]}.`);
			seen[key].add(member[key]);
		}
		if (stability !== 'stable' && member.stability === 'stable')
			fault('stability', name, 'It is more stable than its attribute.');
	}
}

/** Returns true if OTLP can carry the value as this type. A double may be a whole number. */
function isOfType(value, type = '') {
	if (type.startsWith('string')) return typeof value === 'string';
	if (type.startsWith('boolean')) return typeof value === 'boolean';
	return typeof value === 'number' && (type.startsWith('double') || Number.isInteger(value));
}

/** The references of a group: their levels, and the stability of what they refer to. */
function checkGroup(group, fault) {
	if (typeof group.brief !== 'string' || group.brief.trim() === '') fault('brief', group.id, 'It has no brief.');
	for (const attribute of group.attributes ?? []) {
		const { ref, requirement_level: level } = attribute;
		if (ref === undefined || !group.resolved.has(ref)) continue;
		const word = typeof level === 'object' && level !== null ? Object.keys(level)[0] : level;
		const name = `${group.id} → ${ref}`;
		if (!LEVELS.includes(word)) fault('level', name, `The requirement level is one of ${LEVELS.join(', ')}.`);
		else if ((word === 'conditionally_required') !== (typeof level === 'object'))
			fault('level', name, '`conditionally_required` has a condition, and no other level has one.');
		for (const key of ['id', 'type', 'stability', 'deprecated'])
			if (key in attribute) fault('ref', name, `A reference has no ${key}.`);
		const { stability } = group.resolved.get(ref);
		if (word !== 'opt_in' && STABILITY.indexOf(group.stability) > STABILITY.indexOf(stability))
			fault('stability', name, `The signal is ${group.stability}, and this attribute is ${stability}.`);
	}
	if (isRegistry(group) && group.attributes?.some(({ ref }) => ref !== undefined))
		fault('registry', group.id, 'A group of definitions has no references.');
}

function checkMetric(metric, fault) {
	const { id, metric_name: name = id, instrument, unit } = metric;
	checkName(name, fault);
	checkDescription(name, metric, fault);
	if (id !== `metric.${name}`) fault('id', id, `The id of this metric is \`metric.${name}\`.`);
	if (!INSTRUMENTS.includes(instrument))
		fault('instrument', name, `The instrument is one of ${INSTRUMENTS.join(', ')}.`);
	if (typeof unit !== 'string' || !UNIT.test(unit)) fault('unit', name, `${unit} is no unit of UCUM.`);
	if (/\{[a-z_]*[^su]s\}/.test(unit)) fault('unit', name, `An annotation is singular, not ${unit}.`);
	const segments = name.split('.');
	const last = segments.pop();
	if (/(^|_)total$/.test(last)) fault('total', name, 'Prometheus adds `_total` to counters: leave it out.');
	for (const segment of segments.slice(1))
		if (isPlural(segment)) fault('plural', name, `The namespace \`${segment}\` of a metric is singular.`);
	if (isPlural(last) && instrument === 'updowncounter')
		fault('plural', name, 'The name of an up-down counter is singular.');
	if (isPlural(last) && instrument !== 'updowncounter' && !/\{/.test(unit))
		fault('plural', name, 'Only what is counted is plural, and its unit is in braces.');
}

function checkSpan(name, span, fault) {
	checkName(name, fault);
	checkDescription(name, span, fault);
	if (span.id !== `span.${name}`) fault('id', span.id, 'The id of a span begins with `span.`.');
	if (!SPAN_KINDS.includes(span.span_kind)) fault('kind', name, `The kind is one of ${SPAN_KINDS.join(', ')}.`);
}

/** A name is not a namespace of another one, and the constants that are generated of two names differ. */
function checkCollisions(what, names, fault) {
	const constants = new Map();
	for (const name of names) {
		const inside = names.find((other) => other.startsWith(`${name}.`));
		if (inside !== undefined) fault('prefix', name, `This ${what} is a namespace of ${inside}.`);
		const constant = name.replaceAll('.', '_');
		const other = constants.get(constant);
		if (other !== undefined) fault('constant', name, `It has the same constant as ${other}.`);
		constants.set(constant, name);
	}
}

/** Returns true for a word that ends as a plural does. */
function isPlural(segment) {
	return /[^su]s$/.test(segment.split('_').at(-1) ?? '') && !/(?:is|ss)$/.test(segment);
}
