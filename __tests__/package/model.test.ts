import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { prometheusName } from '../../presets/prometheus/metric-names.js';
import { filesBelow, ROOT } from '../../scripts/fresh.mjs';
import { inlineNames } from '../../scripts/inline-names.mjs';
import { generatedFiles } from '../../scripts/model/generate.mjs';
import { compare } from '../../scripts/model/observed.mjs';
import { modelOf, OWN, readDocuments, readModel, UPSTREAM } from '../../scripts/model/read.mjs';
import { ruleFaults } from '../../scripts/model/rules.mjs';

type Fields = Record<string, unknown>;

/** The rule and the name of each fault: a sentence as far as its first full stop that ends it. */
const heads = (faults: readonly string[]) => faults.map((fault) => fault.replace(/\. .*$/s, ''));

/** A group whose attribute or signal differs from a valid one. */
const attribute = (fields: Fields) => ({
	id: `registry.${fields['id'] ?? 'planted'}`,
	type: 'attribute_group',
	brief: 'Planted.',
	attributes: [
		{ id: 'agentese.planted', type: 'string', stability: 'development', brief: 'Planted.', examples: ['a'], ...fields },
	],
});
const metric = (fields: Fields) => ({
	id: `metric.${fields['metric_name'] ?? 'agentese.planted'}`,
	type: 'metric',
	metric_name: 'agentese.planted',
	stability: 'development',
	brief: 'Planted.',
	instrument: 'counter',
	unit: '{thing}',
	...fields,
});
const span = (fields: Fields) => ({
	id: 'span.agentese.planted',
	type: 'span',
	span_kind: 'internal',
	stability: 'development',
	brief: 'Planted.',
	...fields,
});

/** The faults of the real model with further groups of its own, besides that no signal uses a planted attribute. */
const faultsWith = (...groups: object[]) =>
	heads(
		ruleFaults(
			modelOf({ own: [...readDocuments(OWN), { file: 'planted', groups }], upstream: readDocuments(UPSTREAM) }),
		),
	).filter((fault) => !fault.startsWith('unused: agentese.planted'));

describe('the model', () => {
	it('breaks none of the naming rules', () => {
		expect(ruleFaults(readModel())).toEqual([]);
	});

	it('is what constants, tables and schema file are generated of', () => {
		const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
		const files: Record<string, string> = generatedFiles(readModel(), { read, prometheusName });
		expect(Object.keys(files)).toEqual(['lib/runtime/names.generated.ts', 'model/schemas/0.1.0', 'docs/telemetry.md']);
		for (const [file, text] of Object.entries(files)) expect([file, text]).toEqual([file, read(file)]);
	});

	it('has the version of the package in its schema URL', () => {
		const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
		expect(readModel().schemaUrl).toBe(`https://unpkg.com/agentese-otel/model/schemas/${version}`);
	});
});

describe('the build', () => {
	it('replaces every constant by its text, and a computed key by a literal one', async () => {
		const loaded: ((file: { path: string }) => Promise<{ contents: string } | undefined>)[] = [];
		inlineNames().setup({ onLoad: (_: object, load: (typeof loaded)[number]) => void loaded.push(load) });
		const load = (file: string) => loaded[0]?.({ path: join(ROOT, file) });
		const sources = filesBelow(['lib', 'sdk']).filter((file: string) => file.endsWith('.ts'));
		const users = sources.filter((file: string) =>
			/names\.generated\.js'/.test(readFileSync(join(ROOT, file), 'utf8')),
		);
		expect(users.length).toBeGreaterThan(20);
		for (const file of users) {
			const contents = (await load(file))?.contents ?? 'ATTR_';
			expect([file, /\b(?:ATTR|METRIC|SPAN)_[A-Z]|SCHEMA_URL|names\.generated|\['[\w.]+'\]:/.exec(contents)]).toEqual([
				file,
				null,
			]);
		}
		expect((await load('lib/signals/tracing/start-attributes.ts'))?.contents).toContain(
			"attributes['agentese.path'] = path;",
		);
		expect((await load('lib/signals/tracing/stream-attributes.ts'))?.contents).toContain(
			"'agentese.stream.chunks': chunks,",
		);
		expect(await load('lib/runtime/epoch.ts')).toBeUndefined();
	});
});

describe('the check of names', () => {
	it.each([
		['a capital letter', attribute({ id: 'agentese.Planted' }), ['name: agentese.Planted']],
		['a hyphen', attribute({ id: 'agentese.planted-it' }), ['name: agentese.planted-it']],
		['two dots', attribute({ id: 'agentese..planted' }), ['name: agentese..planted']],
		['no namespace', attribute({ id: 'planted' }), ['namespace: planted']],
		['a namespace of others', attribute({ id: 'gen_ai.planted' }), ['namespace: gen_ai.planted']],
		['a name below another name', attribute({ id: 'agentese.observer.id' }), ['prefix: agentese.observer']],
		['a name that is a namespace', attribute({ id: 'agentese.stream' }), ['prefix: agentese.stream']],
		['the constant of another name', attribute({ id: 'agentese.return.value' }), ['constant: agentese.return']],
		['a unit in its name', attribute({ id: 'agentese.planted.bytes' }), ['unit-in-name: agentese.planted.bytes']],
		['no brief', attribute({ brief: '' }), ['brief: agentese.planted']],
		['a brief without a full stop', attribute({ brief: 'Planted' }), ['brief: agentese.planted']],
		['no stability', attribute({ stability: undefined }), ['stability: agentese.planted']],
		['no example', attribute({ examples: undefined }), ['examples: agentese.planted']],
		['an example of another type', attribute({ type: 'int', examples: ['a'] }), ['examples: agentese.planted']],
		['a type of no attribute', attribute({ type: 'text' }), ['type: agentese.planted']],
		['a key that Weaver does not know', attribute({ unit: 'ms' }), ['key: agentese.planted.unit']],
		[
			'a member in capitals',
			attribute({
				type: { members: [{ id: 'planted', value: 'Planted', stability: 'development', brief: 'It.' }] },
				examples: undefined,
			}),
			['member: agentese.planted.planted'],
		],
		['an id twice', attribute({ id: 'agentese.path' }), ['twice: agentese.path']],
	])('finds an attribute with %s', (_, group, faults) => {
		expect(faultsWith(group)).toEqual(expect.arrayContaining(faults.map((fault) => expect.stringContaining(fault))));
	});

	it.each([
		[
			'a plural up-down counter',
			metric({ instrument: 'updowncounter', metric_name: 'agentese.things' }),
			'plural: agentese.things',
		],
		[
			'a plural histogram',
			metric({ instrument: 'histogram', unit: 'ms', metric_name: 'agentese.waits' }),
			'plural: agentese.waits',
		],
		['a plural namespace', metric({ metric_name: 'agentese.things.made' }), 'plural: agentese.things.made'],
		['the suffix total', metric({ metric_name: 'agentese.things_total' }), 'total: agentese.things_total'],
		['a unit in its name', metric({ metric_name: 'agentese.planted_ms' }), 'unit-in-name: agentese.planted_ms'],
		['a unit that UCUM lacks', metric({ unit: 'msec' }), 'unit: agentese.planted'],
		['a plural annotation', metric({ unit: '{things}' }), 'unit: agentese.planted'],
		['no unit', metric({ unit: undefined }), 'unit: agentese.planted'],
		['an instrument of no name', metric({ instrument: 'summary' }), 'instrument: agentese.planted'],
		['the name of a namespace', metric({ metric_name: 'agentese.invoke' }), 'prefix: agentese.invoke'],
		[
			'an attribute that is nowhere',
			metric({ attributes: [{ ref: 'agentese.nowhere' }] }),
			'ref: metric.agentese.planted → agentese.nowhere',
		],
		[
			'more stability than its attributes',
			metric({ stability: 'stable', attributes: [{ ref: 'agentese.path', requirement_level: 'required' }] }),
			'stability: metric.agentese.planted → agentese.path',
		],
		[
			'a level without its condition',
			metric({ attributes: [{ ref: 'agentese.path', requirement_level: 'conditionally_required' }] }),
			'level: metric.agentese.planted → agentese.path',
		],
		['another id', metric({ id: 'metric.agentese.other' }), 'id: metric.agentese.other'],
	])('finds a metric with %s', (_, group, fault) => {
		expect(faultsWith(group)).toEqual([fault]);
	});

	it.each([
		['no kind', span({ span_kind: 'inner' }), 'kind: agentese.planted'],
		['a base that is nowhere', span({ extends: 'attributes.nowhere' }), 'extends: span.agentese.planted'],
		['a capital letter', span({ id: 'span.agentese.Planted' }), 'name: agentese.Planted'],
	])('finds a span with %s', (_, group, fault) => {
		expect(faultsWith(group)).toEqual([fault]);
	});

	it('finds an attribute that no signal has', () => {
		const model = modelOf({ own: [{ file: 'planted', groups: [attribute({})] }], upstream: [] });
		expect(heads(ruleFaults(model))).toEqual(['unused: agentese.planted']);
	});
});

describe('the comparison with written telemetry', () => {
	const model = readModel();
	const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
	const START = [
		text('agentese.path', 'self.soul.challenge'),
		text('agentese.context', 'self'),
		text('agentese.observer', 'kent'),
		text('agentese.archetype', 'guest'),
	];
	const RESOURCE = ['service.name', 'service.instance.id', 'process.runtime.name', 'process.runtime.version']
		.concat(['telemetry.sdk.name', 'telemetry.sdk.language', 'telemetry.sdk.version'])
		.map((key) => text(key, 'a'))
		.concat({ key: 'process.pid', value: { intValue: '1' } } as never);
	const OK = text('agentese.outcome', 'ok');
	const SCOPE = { scope: { name: 'agentese-otel' }, schemaUrl: model.schemaUrl };

	/** The faults of one span and one metric that differ from valid ones. */
	const faultsOf = (spanFields: Fields, metricFields: Fields = {}, scopes: Fields = SCOPE) => {
		const written = { name: 'agentese.invoke', attributes: [...START, OK], ...spanFields };
		const points = [{ attributes: [text('agentese.path', 'a.b.c'), OK] }];
		const counter = {
			name: 'agentese.invocations',
			unit: '{invocation}',
			sum: { isMonotonic: true, dataPoints: points },
		};
		return heads(
			compare(model, [
				{ resourceSpans: [{ resource: { attributes: RESOURCE }, scopeSpans: [{ ...scopes, spans: [written] }] }] },
				{
					resourceMetrics: [
						{
							resource: { attributes: RESOURCE },
							scopeMetrics: [{ ...SCOPE, metrics: [{ ...counter, ...metricFields }] }],
						},
					],
				},
			]).faults,
		);
	};

	it('finds nothing in what the model describes, and in what the application adds', () => {
		expect(faultsOf({})).toEqual([]);
		expect(faultsOf({ attributes: [...START, OK, text('garden.bed', 'roses')] })).toEqual([]);
	});

	it.each([
		['an attribute that it lacks', [...START, OK, text('agentese.mood', 'good')], 'attribute: agentese.mood'],
		[
			'a misspelt one of OpenTelemetry',
			[...START, OK, text('session.identifier', 's1')],
			'attribute: session.identifier',
		],
		[
			'one that belongs on another span',
			[...START, OK, text('agentese.composition', 'a >> b')],
			'attribute: agentese.composition',
		],
		['a text that is a number', [...START, OK, text('agentese.tokens.in', '12')], 'type: agentese.tokens.in'],
		[
			'a fraction that is a whole number',
			[...START, OK, { key: 'agentese.stream.chunks', value: { doubleValue: 1.5 } }],
			'type: agentese.stream.chunks',
		],
		['a value that no member has', [...START, text('agentese.outcome', 'fine')], 'member: agentese.outcome=fine'],
		['no outcome', START, 'required: agentese.outcome'],
	])('finds %s on a span', (_, attributes, fault) => {
		expect(faultsOf({ attributes })).toEqual([fault]);
	});

	it('accepts a duration without a fraction, which OTLP writes as an integer', () => {
		const first = { key: 'agentese.stream.time_to_first_chunk', value: { intValue: '12' } };
		expect(faultsOf({ attributes: [...START, OK, first] })).toEqual([]);
	});

	it.each([
		['a span of a name that it lacks', { name: 'agentese.invoked' }, 'span: agentese.invoked'],
		['an event that it lacks', { events: [{ name: 'error' }] }, 'event: error'],
		[
			'an attribute of an event',
			{ events: [{ name: 'exception', attributes: [text('exception.code', 'E')] }] },
			'attribute: exception.code',
		],
	])('finds %s', (_, fields, fault) => {
		expect(faultsOf(fields)).toEqual([fault]);
	});

	it.each([
		['a name that it lacks', { name: 'agentese.invocation' }, ['metric: agentese.invocation', 'nothing: metrics']],
		['another unit', { unit: '1' }, ['unit: agentese.invocations']],
		['another instrument', { sum: { isMonotonic: false, dataPoints: [] } }, ['instrument: agentese.invocations']],
		[
			'a label that it lacks',
			{ sum: { isMonotonic: true, dataPoints: [{ attributes: [OK, text('agentese.observer', 'kent')] }] } },
			['attribute: agentese.observer'],
		],
	])('finds a metric with %s', (_, fields, faults) => {
		expect(faultsOf({}, fields)).toEqual(faults);
	});

	it('finds a scope without the schema URL, and one of the toolkit’s attributes on a span of another scope', () => {
		expect(faultsOf({}, {}, { scope: { name: 'agentese-otel' } })).toEqual(['schema-url: agentese-otel']);
		const foreign = { scope: { name: 'http' } };
		expect(faultsOf({ attributes: [text('agentese.observer', 'kent')] }, {}, foreign)).toEqual(['nothing: spans']);
		expect(faultsOf({ attributes: [text('agentese.path', 'a.b.c')] }, {}, foreign)).toEqual([
			'attribute: agentese.path',
			'nothing: spans',
		]);
	});

	it('finds that nothing was written', () => {
		expect(heads(compare(model, []).faults)).toEqual(['nothing: metrics', 'nothing: spans']);
	});
});
