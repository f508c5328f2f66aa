import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { Aspect, createLogos, Metered, Resolver, recordTokens, Traced } from '../../index.js';
import { startTelemetry } from '../../sdk/index.js';
import { temporary } from '../support/children.js';

@Resolver('self.soul')
class Soul {
	@Aspect
	@Traced()
	@Metered()
	async ponder(): Promise<void> {
		recordTokens({ input: 100, output: 10, model: 'recorded-1' });
		// The span of an instrumentation of a model client, around one of an HTTP client.
		const tracer = trace.getTracer('instrumentation');
		await tracer.startActiveSpan('chat', { attributes: { 'gen_ai.request.model': 'span-1' } }, async (chat) => {
			await tracer.startActiveSpan('POST', async (post) => post.end());
			chat.setAttributes({ 'gen_ai.usage.input_tokens': 7, 'gen_ai.usage.output_tokens': 3 });
			chat.end();
		});
	}

	/**
	 * A framework's agent: its span has the sum of the calls below it. The spans between have no attributes of models.
	 */
	@Aspect
	@Traced()
	async act(): Promise<void> {
		const tracer = trace.getTracer('framework');
		const usage = (tokens: number) => ({ 'gen_ai.usage.input_tokens': tokens, 'gen_ai.usage.output_tokens': 0 });
		const agent = { attributes: { 'gen_ai.operation.name': 'invoke_agent' } };
		await tracer.startActiveSpan('agent', agent, async (agentSpan) => {
			for (const tokens of [20, 30]) {
				await tracer.startActiveSpan('step', async (step) => {
					tracer
						.startSpan('chat', { attributes: { 'gen_ai.operation.name': 'chat' } })
						.setAttributes(usage(tokens))
						.end();
					await logos.invoke('self.soul.rest');
					step.end();
				});
			}
			agentSpan.setAttributes(usage(50)).end();
		});
	}

	@Aspect
	@Traced()
	rest(): void {
		trace.getTracer('database').startSpan('select').end();
	}
}

const logos = createLogos([new Soul()]);

let directory: string;
beforeEach(() => {
	directory = temporary();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const lines = (signal: string) => {
	const folder = join(directory, signal);
	try {
		const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
		return files.flatMap((name) =>
			readFileSync(join(folder, name), 'utf8')
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line)),
		);
	} catch {
		return [];
	}
};

/** A custom preset that remembers the names of the recorded spans. */
const CUSTOM_PRESET = `export default { name: 'custom', create: () => ({ spanProcessors: [{
	onStart: ({ name }) => globalThis.recorded.push(name), onEnd: () => {},
	forceFlush: async () => {}, shutdown: async () => {},
}] }) };`;

interface Point {
	readonly asInt?: string | number;
	readonly asDouble?: number;
	readonly attributes: { key: string; value: { stringValue: string } }[];
}

/** The points of the last collection, by direction and model. */
function counted(): Record<string, number> {
	const metrics = lines('metrics').at(-1)?.resourceMetrics?.[0]?.scopeMetrics ?? [];
	const points: Point[] = metrics.flatMap((scope: { metrics: { name: string; sum?: { dataPoints: Point[] } }[] }) =>
		scope.metrics.filter(({ name }) => /^agentese[._]tokens/.test(name)).flatMap(({ sum }) => sum?.dataPoints ?? []),
	);
	return Object.fromEntries(
		points.map(({ asInt, asDouble, attributes }) => {
			const labels = Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
			return [`${labels['agentese.tokens.direction']} ${labels['agentese.model']}`, Number(asInt ?? asDouble)];
		}),
	);
}

describe('what tokens are counted', () => {
	it.each([
		[0, []],
		[1, ['POST', 'chat', 'agentese.invoke']],
	])('is the same at a sampling rate of %d, and what is exported is not', async (rate, names) => {
		const before = { ...(await startTelemetry({ preset: 'none' })).stats().tokens.counted };
		const telemetry = await startTelemetry({ preset: 'json', json: { directory }, sampling: { rate } });
		await Promise.all([1, 2, 3].map(() => logos.invoke('self.soul.ponder')));
		const { tokens, spans } = telemetry.stats();
		await telemetry.shutdown();
		expect(counted()).toEqual({ 'in recorded-1': 300, 'out recorded-1': 30, 'in span-1': 21, 'out span-1': 9 });
		expect(tokens.counted).toEqual({ input: before.input + 321, output: before.output + 39 });
		expect(spans.created).toBe(names.length * 3);
		const exported = lines('traces').flatMap(({ resourceSpans }) =>
			resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: { name: string }[] }[] }) =>
				scopeSpans.flatMap((scope) => scope.spans.map(({ name }) => name)),
			),
		);
		expect(exported.sort()).toEqual([...names, ...names, ...names].sort());
	});

	it.each([0, 1])('is the same at a rate of %d if spans of models are nested, with any span between', async (rate) => {
		const recorded: string[] = [];
		Object.assign(globalThis, { recorded });
		const presetFile = join(directory, 'custom.mjs');
		await writeFile(presetFile, CUSTOM_PRESET);
		const telemetry = await startTelemetry({ preset: ['json', presetFile], json: { directory }, sampling: { rate } });
		await logos.invoke('self.soul.act');
		await telemetry.shutdown();
		expect(counted()).toEqual({ 'in undefined': 50 });
		// The spans of an invocation below are not recorded for this one.
		expect(recorded.includes('select')).toBe(rate === 1);
		expect(recorded.filter((name) => name === 'step').length).toBe(2);
	});
});
