import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Attributes, trace } from '@opentelemetry/api';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import { Aspect, createLogos, Resolver, recordTokens, Traced, traced, traceInvocation } from '../../../../index.js';
import { configureTracing } from '../../../../lib/invocation/settings.js';
import { captureLogs } from '../../../support/providers.js';
import { firstThat } from '../../../support/rounds.js';
import { type Sdk, startSdk, stopSdk } from './sdk.js';

const OPT_IN = 'OTEL_SEMCONV_STABILITY_OPT_IN';
const KENT = { id: 'kent', archetype: 'gardener', session_id: 's1' };

let sdk: Sdk;
let logged: string[];
let restore: () => void = () => undefined;

beforeEach(() => {
	logged = captureLogs();
	sdk = startSdk();
});
afterEach(() => {
	restore();
	restore = () => undefined;
	delete process.env[OPT_IN];
	stopSdk();
	expect(logged).toEqual([]);
});

const on = () => {
	restore = configureTracing({ conventions: ['genai'] });
};

@Resolver('self.soul')
class Soul {
	@Aspect('dream', { category: 'generation' })
	async dream(_umwelt: unknown) {
		recordTokens({ input: 100, output: 20 });
		return logos.invoke('world.town.kent_001.census');
	}

	@Aspect({ category: 'composition' })
	relate(_umwelt: unknown) {
		return 'related';
	}

	@Aspect({ category: 'entropy' })
	@Traced({ operation: 'invoke_agent' })
	sip(_umwelt: unknown) {
		return 'a sip';
	}

	@Aspect
	@Traced()
	plain(_umwelt: unknown) {
		throw new RangeError('too much');
	}
}

@Resolver('world.town.:citizen')
class Town {
	@Aspect({ category: 'perception' })
	async census(_umwelt: unknown) {
		await new Promise((resolve) => setTimeout(resolve, 30));
		return 1;
	}

	@Aspect({ category: 'mutation' })
	async move(_umwelt: unknown) {}

	@Aspect({ category: 'introspection' })
	async lens(_umwelt: unknown) {}

	@Aspect({ category: 'entropy' })
	async tithe(_umwelt: unknown) {}
}

const logos = createLogos([new Soul(), new Town()]);

/** The GenAI attributes of the last invocation of a path. */
function genaiOf(path: string): Attributes | undefined {
	const span = sdk.exporter.getFinishedSpans().findLast(({ attributes }) => attributes['agentese.path'] === path);
	return span && Object.fromEntries(Object.entries(span.attributes).filter(([key]) => key.startsWith('gen_ai.')));
}

const agent = (name: string, more: Attributes = {}) => ({
	'gen_ai.operation.name': 'invoke_agent',
	'gen_ai.agent.name': name,
	...more,
});
const tool = (name: string, more: Attributes = {}) => ({
	'gen_ai.operation.name': 'execute_tool',
	'gen_ai.tool.name': name,
	'gen_ai.tool.type': 'function',
	...more,
});
const SESSION = { 'gen_ai.conversation.id': 's1' };
const usage = (input: number, output: number) => ({
	'gen_ai.usage.input_tokens': input,
	'gen_ai.usage.output_tokens': output,
});

describe.each([true, false])('on a span, with attributes at start %p', (attributesAtStart) => {
	beforeEach(() => {
		restore = configureTracing({ conventions: ['genai'], attributesAtStart });
	});

	it('an aspect that generates is an agent with the session and its own usage, a tool below it names the agent', async () => {
		await logos.invoke('self.soul.dream', KENT);
		expect(genaiOf('self.soul.dream')).toEqual(agent('self.soul', { ...SESSION, ...usage(100, 20) }));
		expect(genaiOf('world.town.kent_001.census')).toEqual(
			tool('world.town.:citizen.census', { ...SESSION, 'gen_ai.agent.name': 'self.soul' }),
		);
	});

	it('the option decides, else the category; without both it is an agent', async () => {
		await logos.invoke('self.soul.relate');
		await logos.invoke('self.soul.sip');
		await expect(logos.invoke('self.soul.plain')).rejects.toThrow('too much');
		for (const aspect of ['relate', 'sip', 'plain']) expect(genaiOf(`self.soul.${aspect}`)).toEqual(agent('self.soul'));
		for (const aspect of ['census', 'move', 'lens', 'tithe']) {
			await logos.invoke(`world.town.ada.${aspect}`);
			expect(genaiOf(`world.town.ada.${aspect}`)).toEqual(tool(`world.town.:citizen.${aspect}`));
		}
		traceInvocation('self.block.ask', { operation: 'execute_tool' }, () => undefined);
		expect(genaiOf('self.block.ask')).toEqual(tool('self.block.ask'));
		traceInvocation('void.sip', () => undefined);
		expect(genaiOf('void.sip')).toEqual(agent('void'));
	});

	it('the option may name any other operation', () => {
		for (const operation of ['plan', 'retrieval', 'water_the_roses']) {
			traceInvocation('self.block.think', { operation }, () => undefined);
			expect(genaiOf('self.block.think')).toEqual({ 'gen_ai.operation.name': operation });
		}
	});

	it('a path that resolves to nothing is neither; a function without a path is only with the option', async () => {
		await expect(logos.invoke('self.nowhere.ask')).rejects.toThrow('No resolver answers');
		expect(genaiOf('self.nowhere.ask')).toEqual({});
		traced(function silent() {})();
		traced(function search() {}, { operation: 'execute_tool' })();
		const [silent, search] = sdk.exporter.getFinishedSpans().slice(-2);
		expect([silent?.attributes, search?.attributes]).toEqual([
			{ 'code.function.name': 'silent' },
			{ 'code.function.name': 'search', ...tool('search') },
		]);
	});
});

it('an agent has the seconds until the first chunk of its stream, a tool has none', async () => {
	on();
	async function* words() {
		await new Promise((resolve) => setTimeout(resolve, 20));
		yield 'roses';
	}
	for (const operation of ['invoke_agent', 'execute_tool'] as const) {
		for await (const _ of traceInvocation('self.soul.ask', { metered: false, operation }, words));
		const span = sdk.exporter.getFinishedSpans().at(-1);
		const ms = Number(span?.attributes['agentese.stream.time_to_first_chunk']);
		expect(ms).toBeGreaterThan(10);
		const expected = operation === 'invoke_agent' ? ms / 1000 : undefined;
		expect(genaiOf('self.soul.ask')?.['gen_ai.response.time_to_first_chunk']).toBe(expected);
	}
});

describe('usage', () => {
	const call = (attributes: Attributes) => {
		const span = trace.getTracer('a model client').startSpan('chat');
		span.setAttributes(attributes);
		span.end();
	};
	const spend = (body: () => void) => {
		traceInvocation('self.soul.ask', { metered: false }, () => {
			recordTokens({ input: 5, output: 1 });
			body();
		});
		return genaiOf('self.soul.ask');
	};

	it('has the model with it, if all calls were of one', () => {
		on();
		const calls = (...models: string[]) => {
			traceInvocation('self.soul.ask', { metered: false }, () => {
				for (const model of models) recordTokens({ input: 5, output: 1, model });
			});
			return genaiOf('self.soul.ask')?.['gen_ai.response.model'];
		};
		expect([calls('m', 'm'), calls('m', 'n')]).toEqual(['m', undefined]);
	});

	it('is written on the invocation if no span of a model call below has it', () => {
		on();
		expect(spend(() => call({ 'gen_ai.request.model': 'm' }))).toEqual(agent('self.soul', usage(5, 1)));
	});

	it.each([
		'gen_ai.usage.input_tokens',
		'gen_ai.usage.completion_tokens',
		'llm.token_count.prompt',
		'ai.usage.outputTokens',
	])('is not written a second time beside %s', (name) => {
		on();
		expect(spend(() => call({ [name]: 5 }))).toEqual(agent('self.soul'));
		expect(spend(() => traced(() => call({ [name]: 5 }), { name: 'helper' })())).toEqual(agent('self.soul'));
	});

	it('of an invocation is written if only a child has a model call with usage', () => {
		on();
		const child = () =>
			traceInvocation('self.child.ask', () => {
				recordTokens({ input: 7, output: 7 });
				call({ 'gen_ai.usage.input_tokens': 7 });
			});
		expect(spend(child)).toEqual(agent('self.soul', usage(5, 1)));
		expect(genaiOf('self.child.ask')).toEqual(agent('self.child'));
	});
});

const DURATIONS = {
	agent: [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6],
	tool: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
};

async function histograms() {
	const { resourceMetrics } = await sdk.reader.collect();
	const all = resourceMetrics.scopeMetrics.flatMap(({ metrics: found }) => found);
	return all
		.filter(({ descriptor }) => descriptor.name.startsWith('gen_ai.'))
		.map(({ descriptor: { name, unit }, dataPoints }) => ({
			name,
			unit,
			points: dataPoints.map(({ attributes, value }) => ({ ...attributes, count: (value as Histogram).count })),
			boundaries: dataPoints.map(({ value }) => (value as Histogram).buckets.boundaries)[0],
			sum: dataPoints.reduce((sum, { value }) => sum + ((value as Histogram).sum ?? 0), 0),
		}));
}

/** Checks the histograms of some invocations; returns their seconds by the histograms, and by the spans. */
async function secondsOfBoth() {
	await logos.invoke('self.soul.dream', KENT);
	await logos.invoke('self.soul.dream', KENT);
	await expect(logos.invoke('self.soul.plain')).rejects.toThrow('too much');
	await expect(logos.invoke('self.nowhere.ask')).rejects.toThrow('No resolver answers');
	const found = await histograms();
	expect(found.map(({ sum: _, ...rest }) => rest)).toEqual([
		{
			name: 'gen_ai.execute_tool.duration',
			unit: 's',
			boundaries: DURATIONS.tool,
			points: [
				{
					'gen_ai.tool.name': 'world.town.:citizen.census',
					'gen_ai.tool.type': 'function',
					'gen_ai.agent.name': 'self.soul',
					count: 2,
				},
			],
		},
		{
			name: 'gen_ai.invoke_agent.duration',
			unit: 's',
			boundaries: DURATIONS.agent,
			points: [
				{ 'gen_ai.agent.name': 'self.soul', count: 2 },
				{ 'gen_ai.agent.name': 'self.soul', 'error.type': 'RangeError', count: 1 },
			],
		},
	]);
	const spans = sdk.exporter
		.getFinishedSpans()
		.filter(({ attributes }) => attributes['gen_ai.operation.name'] !== undefined);
	const seconds = spans.reduce((sum, { duration: [whole, nanos] }) => sum + whole + nanos / 1e9, 0);
	return [found.reduce((sum, one) => sum + one.sum, 0), seconds] as const;
}

it('an operation that the conventions have no duration for is not recorded', async () => {
	restore = configureTracing({ conventions: ['genai'] });
	traceInvocation('self.block.think', { operation: 'plan' }, () => undefined);
	expect(await histograms()).toEqual([]);
});

it('durations are in seconds, with the buckets of the conventions, and agree with the spans', async () => {
	on();
	// The two read the clock one after the other.
	const agree = ([measured, spanned]: readonly [number, number]) => Math.abs(measured - spanned) < 0.05;
	const both = await firstThat(agree, (round) => {
		if (round > 0) stopSdk();
		if (round > 0) sdk = startSdk();
		return secondsOfBoth();
	});
	expect(both[0]).toBeCloseTo(both[1], 1);
	// Neither in milliseconds nor zero: the census alone takes 30 ms, twice.
	expect(both[0]).toBeGreaterThan(0.05);
});

describe('OTEL_SEMCONV_STABILITY_OPT_IN', () => {
	const parts = { input: 10, output: 5, cacheRead: 4, cacheWrite: 3, reasoning: 2 };

	/** The attributes of an invocation whose token count has all parts. */
	function written(): Attributes | undefined {
		on();
		traceInvocation('self.soul.ask', {}, (invocation) => {
			Object.defineProperty(invocation, 'tokens', { get: () => parts });
		});
		return genaiOf('self.soul.ask');
	}
	const same = agent('self.soul', { ...usage(10, 5), 'gen_ai.usage.reasoning.output_tokens': 2 });

	it.each([undefined, '', 'http/dup', 'gen_ai_latest'])('%p selects the names of v1.41', (value) => {
		if (value !== undefined) process.env[OPT_IN] = value;
		expect(written()).toEqual({
			...same,
			'gen_ai.usage.cache_read.input_tokens': 4,
			'gen_ai.usage.cache_creation.input_tokens': 3,
		});
	});

	it.each(['gen_ai_latest_experimental', 'http, gen_ai_latest_experimental'])(
		'%p selects the newest names',
		(value) => {
			process.env[OPT_IN] = value;
			expect(written()).toEqual(same);
		},
	);
});
