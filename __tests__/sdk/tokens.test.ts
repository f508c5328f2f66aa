import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { createLogos, Metered, Resolver, recordTokens, Traced } from '../../index.js';
import { startTelemetry } from '../../sdk/index.js';
import { temporary } from '../support/children.js';

@Resolver('self.soul')
class Soul {
	@Traced()
	@Metered()
	async ponder(): Promise<void> {
		recordTokens({ in: 100, out: 10, model: 'said-1' });
		// What an instrumentation of a model client makes, over one of an HTTP client.
		const tracer = trace.getTracer('somebody');
		await tracer.startActiveSpan('chat', { attributes: { 'gen_ai.request.model': 'seen-1' } }, async (chat) => {
			await tracer.startActiveSpan('POST', async (post) => post.end());
			chat.setAttributes({ 'gen_ai.usage.input_tokens': 7, 'gen_ai.usage.output_tokens': 3 });
			chat.end();
		});
	}

	/** A framework's agent: its span says the sum of the calls below it, between which a span says nothing of models. */
	@Traced()
	async act(): Promise<void> {
		const tracer = trace.getTracer('framework');
		const usage = (tokens: number) => ({ 'gen_ai.usage.input_tokens': tokens, 'gen_ai.usage.output_tokens': 0 });
		const agent = { attributes: { 'gen_ai.operation.name': 'invoke_agent' } };
		await tracer.startActiveSpan('agent', agent, async (whole) => {
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
			whole.setAttributes(usage(50)).end();
		});
	}

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

/** A preset of one's own, which knows what is recorded. */
const OWN = `export default { name: 'mine', make: () => ({ spanProcessors: [{
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
			return [`${labels['agentese.direction']} ${labels['agentese.model']}`, Number(asInt ?? asDouble)];
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
		expect(counted()).toEqual({ 'in said-1': 300, 'out said-1': 30, 'in seen-1': 21, 'out seen-1': 9 });
		expect(tokens.counted).toEqual({ in: before.in + 321, out: before.out + 39 });
		expect(spans.made).toBe(names.length * 3);
		const exported = lines('traces').flatMap(({ resourceSpans }) =>
			resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: { name: string }[] }[] }) =>
				scopeSpans.flatMap((scope) => scope.spans.map(({ name }) => name)),
			),
		);
		expect(exported.sort()).toEqual([...names, ...names, ...names].sort());
	});

	it.each([0, 1])(
		'is the same at a rate of %d where spans of models are nested, whatever stands between',
		async (rate) => {
			const recorded: string[] = [];
			Object.assign(globalThis, { recorded });
			const mine = join(directory, 'mine.mjs');
			await writeFile(mine, OWN);
			const telemetry = await startTelemetry({ preset: ['json', mine], json: { directory }, sampling: { rate } });
			await logos.invoke('self.soul.act');
			await telemetry.shutdown();
			expect(counted()).toEqual({ 'in undefined': 50 });
			// What an invocation below does is not recorded for it.
			expect(recorded.includes('select')).toBe(rate === 1);
			expect(recorded.filter((name) => name === 'step').length).toBe(2);
		},
	);
});
