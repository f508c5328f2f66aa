// Compares telemetry that was really written, as OTLP JSON, with the model.
import { isWritten, writtenAttributes } from './read.mjs';

/** The instrumentation scope of the toolkit. Histograms with custom boundaries have scopes of their own below it. */
const SCOPE = /^agentese-otel(?:\/|$)/;

/** The group of the attributes that the toolkit also sets on spans of other scopes. */
const ON_ALL_SPANS = ['attributes.agentese.observer', 'attributes.agentese.interrupted'];

/** The JSON types of OTLP's `AnyValue`, as the model names them. */
const TYPE_OF = { stringValue: 'string', intValue: 'int', doubleValue: 'double', boolValue: 'boolean' };

/**
 * Compares telemetry with a model.
 *
 * @param exports - objects of OTLP JSON: `{ resourceSpans }` and `{ resourceMetrics }`
 * @returns `faults`, one sentence for each thing that the model does not have, has differently, or requires; and
 *   `unseen`, the names of the model that the telemetry does not have
 */
export function compare(model, exports) {
	const faults = new Set();
	const seen = { attributes: new Set(), metrics: new Set(), spans: new Set() };
	const context = {
		model,
		seen,
		namespaces: new Set([...model.attributes.keys()].map((name) => name.split('.')[0])),
		fault: (rule, name, text) => faults.add(`${rule}: ${name}. ${text}`),
	};
	for (const { resourceSpans = [], resourceMetrics = [] } of exports) {
		for (const { resource, scopeSpans = [] } of resourceSpans) {
			compareResource(resource, context);
			for (const one of scopeSpans) compareSpans(one, context);
		}
		for (const { resource, scopeMetrics = [] } of resourceMetrics) {
			compareResource(resource, context);
			for (const one of scopeMetrics) if (SCOPE.test(one.scope?.name)) compareMetrics(one, context);
		}
	}
	if (seen.spans.size === 0) context.fault('nothing', 'spans', 'No span of the toolkit was written.');
	if (seen.metrics.size === 0) context.fault('nothing', 'metrics', 'No metric of the toolkit was written.');
	return { faults: [...faults].sort(), unseen: unseenOf(model, seen) };
}

/** The attributes, metrics and spans of the model that were not seen, sorted. */
function unseenOf(model, seen) {
	const metrics = [...model.metrics.values()].filter((metric) => isWritten(model, metric));
	return {
		attributes: [...writtenAttributes(model)].filter((name) => !seen.attributes.has(name)).sort(),
		metrics: metrics.map(({ metric_name: name }) => name).filter((name) => !seen.metrics.has(name)),
		spans: [...model.spans.keys()].filter((name) => !seen.spans.has(name)),
	};
}

/** A config and detectors may add attributes to the resource, so only those that the model has are compared. */
function compareResource(resource, context) {
	const group = context.model.groups.get('attributes.agentese.resource');
	if (group === undefined) return;
	const known = (resource?.attributes ?? []).filter(({ key }) => group.resolved.has(key));
	compareAttributes('the resource', known, group, context);
}

function compareSpans({ scope, schemaUrl, spans = [] }, context) {
	const { model, seen, fault } = context;
	const isToolkit = SCOPE.test(scope?.name);
	if (isToolkit) compareSchemaUrl(scope, schemaUrl, context);
	for (const span of spans) {
		const attributes = span.attributes ?? [];
		if (!isToolkit) {
			compareForeign(span, attributes, context);
			continue;
		}
		const type = typeOf(span.name, attributes);
		const group = model.spans.get(type);
		if (group === undefined) {
			fault('span', span.name, `The model has no span ${type}.`);
			continue;
		}
		seen.spans.add(type);
		if (/^agentese\./.test(span.name) && !model.spans.has(span.name))
			fault('span', span.name, 'The model has no such span.');
		compareAttributes(`span ${type}`, attributes, group, context);
		for (const event of span.events ?? []) {
			if (event.name !== 'exception') fault('event', event.name, `The model has no such event of the span ${type}.`);
			else
				compareAttributes(
					'event exception',
					event.attributes ?? [],
					model.groups.get('attributes.agentese.exception'),
					context,
				);
		}
	}
}

/** Returns the span of the model that a span of the toolkit is, by the attribute that only it has. */
function typeOf(name, attributes) {
	const has = (key) => attributes.some((attribute) => attribute.key === key);
	if (has('agentese.path')) return 'agentese.invoke';
	if (has('agentese.composition')) return 'agentese.compose';
	if (has('agentese.recording.id')) return 'agentese.recording';
	return name === 'agentese.invoke' || name === 'agentese.compose' ? name : 'agentese.function';
}

/** A span of another library has of the toolkit's attributes those of the observer, and of an interruption. */
function compareForeign(span, attributes, context) {
	const allowed = ON_ALL_SPANS.map((id) => context.model.groups.get(id)).filter((group) => group !== undefined);
	for (const { key, value } of attributes.filter(({ key }) => key.startsWith('agentese.'))) {
		const attribute = allowed.map(({ resolved }) => resolved.get(key)).find((one) => one !== undefined);
		if (attribute === undefined)
			context.fault('attribute', key, `The model does not have it on a span as ${span.name}.`);
		else compareValue(attribute, value, context);
	}
}

function compareMetrics({ scope, schemaUrl, metrics = [] }, context) {
	const { model, seen, fault } = context;
	compareSchemaUrl(scope, schemaUrl, context);
	for (const { name, unit = '', sum, histogram, gauge, exponentialHistogram } of metrics) {
		const metric = model.metrics.get(name);
		if (metric === undefined || !isWritten(model, metric)) {
			fault('metric', name, 'The model has no such metric.');
			continue;
		}
		seen.metrics.add(name);
		const points = (sum ?? histogram ?? gauge ?? exponentialHistogram)?.dataPoints ?? [];
		const instrument = sum ? (sum.isMonotonic ? 'counter' : 'updowncounter') : gauge ? 'gauge' : 'histogram';
		if (metric.instrument !== instrument)
			fault('instrument', name, `It is a ${instrument}, in the model a ${metric.instrument}.`);
		if (metric.unit !== unit) fault('unit', name, `Its unit is ${unit}, in the model ${metric.unit}.`);
		for (const point of points) compareAttributes(`metric ${name}`, point.attributes ?? [], metric, context);
	}
}

function compareSchemaUrl(scope, schemaUrl, { model, fault }) {
	if (schemaUrl !== model.schemaUrl)
		fault('schema-url', scope.name, `It is ${schemaUrl || 'absent'}, in the model ${model.schemaUrl}.`);
}

/**
 * Compares attributes with those of a group. An attribute in no namespace of the model is the application's own.
 *
 * @param where - the signal, for the fault
 */
function compareAttributes(where, attributes, group, context) {
	const { namespaces, fault } = context;
	const written = new Set();
	for (const { key, value } of attributes) {
		written.add(key);
		const attribute = group.resolved.get(key);
		if (attribute !== undefined) compareValue(attribute, value, context);
		else if (namespaces.has(key.split('.')[0])) fault('attribute', key, `The model does not have it on ${where}.`);
	}
	for (const { id, requirement_level: level } of group.resolved.values())
		if (level === 'required' && !written.has(id)) fault('required', id, `${where} was written without it.`);
}

/** Compares the type of a value with that of its attribute, and a value of the toolkit's own enums with their members. */
function compareValue({ id, type, own }, value, { seen, fault }) {
	seen.attributes.add(id);
	const [[kind, content] = []] = Object.entries(value ?? {});
	const items = kind === 'arrayValue' ? (content.values ?? []) : [value];
	const itemType = (one) => TYPE_OF[Object.keys(one ?? {})[0]] ?? 'nothing that the model knows';
	const suffix = kind === 'arrayValue' ? '[]' : '';
	const types = [...new Set(items.map(itemType))].map((one) => `${one}${suffix}`);
	const expected = type.members === undefined ? type : typeof type.members[0].value === 'number' ? 'int' : 'string';
	// OTLP JSON carries a double without a fraction as an integer.
	const fits = types.every((one) => one === expected || (expected.startsWith('double') && one === `int${suffix}`));
	if (!fits) fault('type', id, `It is ${types.join(' and ')}, in the model ${expected}.`);
	else if (own && type.members !== undefined && !type.members.some((member) => member.value === content))
		fault('member', `${id}=${content}`, 'The model has no such value.');
}
