import { afterEach, describe, expect, it } from '@jest/globals';
import { type Attributes, context, type Span, trace } from '@opentelemetry/api';
import { AlwaysOnSampler, type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { recordTokens, traced } from '../../../index.js';
import { invocationSpanProcessor } from '../../../lib/signals/tracing/invocation-span-processor.js';
import { openModelCall } from '../../../lib/tokens/model-calls/model-call.js';
import { ModelCallSampler } from '../../../sdk/assemble/model-call-sampler.js';
import { dropSdk, points, type RecordedSpan, settled, startSdk, timeline } from '../../contract/harness.js';

/**
 * One model call, and its source. `twice`: `recordTokens` reports it as well, under the same id. `late`: after all
 * ended.
 */
interface Call {
	readonly by: 'recorded' | 'metered' | 'wrapped' | 'span' | 'nested';
	readonly input: number;
	readonly output: number;
	readonly twice: boolean;
	readonly late: boolean;
}

/** One invocation of a random tree. */
interface Node {
	readonly path: number;
	readonly kind: 'sync' | 'async' | 'generator' | 'asyncGenerator' | 'helper';
	readonly calls: readonly Call[];
	/** The usage of one more call, which is only in the result. It is left out if another call is reported. */
	readonly returns: { readonly input: number; readonly output: number } | undefined;
	readonly children: readonly Node[];
	readonly fails: boolean;
	readonly leaves: boolean;
}

const amount = fc.integer({ min: 0, max: 5000 });
const call = fc.record<Call>({
	by: fc.constantFrom('recorded', 'metered', 'wrapped', 'span', 'nested'),
	input: amount,
	output: amount,
	twice: fc.boolean(),
	late: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
	tree: fc.record<Node>({
		path: fc.nat(4),
		kind: fc.constantFrom('sync', 'async', 'generator', 'asyncGenerator', 'helper'),
		calls: fc.array(call, { maxLength: 3 }),
		returns: fc.option(fc.record({ input: amount, output: amount }), { nil: undefined }),
		children: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 })),
		fails: fc.boolean(),
		leaves: fc.boolean(),
	}),
}));

/** The number of the next response: no two responses have the same id, in all runs. */
let ids = 0;

/** Model servers that remember the usage that they sent, and the ways in which it is reported. */
class Servers {
	readonly sent = { input: 0, output: 0 };
	readonly late: (() => void)[] = [];

	answer(usage: { input: number; output: number }): { id: string; input: number; output: number } {
		this.sent.input += usage.input;
		this.sent.output += usage.output;
		return { id: `response-${ids++}`, input: usage.input, output: usage.output };
	}

	call(call: Call): void {
		if (!call.late) {
			this.#report(call, (report) => report());
			return;
		}
		this.#report(call, (report) => void this.late.push(report));
	}

	/** Reports now or later; the invocation to which a call belongs is that in which it begins. */
	#report(call: Call, when: (report: () => void) => void): void {
		const { id, ...usage } = this.answer(call);
		const record = () => recordTokens({ ...usage, responseId: id });
		if (call.by === 'metered') {
			const open = openModelCall();
			// The span of an instrumentation below a metered client is the same call.
			context.with(open.context, () => spanWith({ ...attributes(usage), 'gen_ai.response.id': id }).end());
			when(() => open.report({ ...usage, responseId: id }));
		} else if (call.by === 'wrapped') {
			// A library that starts spans without response ids uses a metered client.
			const outer = spanWith({ 'openinference.span.kind': 'LLM' });
			const open = context.with(trace.setSpan(context.active(), outer), openModelCall);
			outer.setAttributes({ 'llm.token_count.prompt': usage.input, 'llm.token_count.completion': usage.output });
			when(() => {
				open.report({ ...usage, responseId: id });
				outer.end();
			});
		} else if (call.by === 'recorded') {
			record();
		} else {
			const outer = call.by === 'nested' ? spanWith({ 'ai.operationId': 'ai.generateText' }) : undefined;
			const inner = spanWith({ 'gen_ai.operation.name': 'chat' }, outer);
			when(() => {
				inner.setAttributes({ ...attributes(usage), 'gen_ai.response.id': id });
				inner.end();
				outer?.setAttributes({ 'ai.usage.inputTokens': usage.input, 'ai.usage.outputTokens': usage.output });
				outer?.end();
			});
		}
		if (call.twice && !call.late) record();
	}
}

function attributes(usage: { input: number; output: number }): Attributes {
	return { 'gen_ai.usage.input_tokens': usage.input, 'gen_ai.usage.output_tokens': usage.output };
}

function spanWith(attributes: Attributes, parent?: Span): Span {
	const around = parent === undefined ? context.active() : trace.setSpan(context.active(), parent);
	return trace.getTracer('instrumentation').startSpan('chat', { attributes }, around);
}

/** True if one of its own calls is reported: then its result is not read. */
function isReported({ calls, children }: Node): boolean {
	return calls.length > 0 || children.some(reportsToEnclosing);
}

/**
 * True if its calls belong to the enclosing invocation: those of a helper, and those below an invocation that has
 * ended.
 */
function reportsToEnclosing(node: Node): boolean {
	if (node.kind === 'helper') return isReported(node);
	return (node.kind === 'sync' || node.kind === 'generator') && node.children.some(reportsToEnclosing);
}

/** Runs a tree as woven functions. Never throws. */
async function run(node: Node, servers: Servers): Promise<void> {
	const response = () => {
		if (isReported(node) || node.returns === undefined || node.kind === 'helper') return 'nothing';
		const { id, input: prompt, output: out } = servers.answer(node.returns);
		const usage = { prompt_tokens: prompt, completion_tokens: out, total_tokens: prompt + out };
		return { id, object: 'chat.completion', model: 'm-1', choices: [], usage };
	};
	const half = Math.ceil(node.calls.length / 2);
	const first = () => {
		for (const one of node.calls.slice(0, half)) servers.call(one);
	};
	const rest = () => {
		for (const one of node.calls.slice(half)) servers.call(one);
		if (node.fails) throw new Error('it failed');
	};
	const below = () => Promise.all(node.children.map((child) => run(child, servers)));
	const path = node.kind === 'helper' ? {} : { path: `self.n${node.path}.run` };
	try {
		switch (node.kind) {
			case 'sync': {
				const work = () => {
					first();
					rest();
					return response();
				};
				traced(work, path)();
				await below();
				return;
			}
			case 'generator': {
				const work = function* () {
					first();
					yield 'one';
					rest();
					yield response();
				};
				for (const _ of traced(work, path)());
				await below();
				return;
			}
			case 'asyncGenerator': {
				const work = async function* () {
					first();
					await below();
					yield 'one';
					rest();
					yield response();
					yield 'not reached if it is left';
				};
				let received = 0;
				for await (const _ of traced(work, path)()) if (++received === 2 && node.leaves) break;
				return;
			}
			default: {
				const work = async () => {
					first();
					await below();
					rest();
					return response();
				};
				await traced(work, path)();
			}
		}
	} catch {
		// The error of the application.
	}
}

/** Drops spans at random, without recording them. */
function lossy(seed: number): Sampler {
	let state = seed;
	return {
		shouldSample: () => {
			state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
			return { decision: state & 0x10000 ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
		},
		toString: () => 'lossy',
	};
}

const number = (value: unknown) => (typeof value === 'number' ? value : 0);
const own = ({ attributes: a }: RecordedSpan) => ({
	input: number(a['agentese.tokens.in']),
	output: number(a['agentese.tokens.out']),
});
const all = (spans: readonly RecordedSpan[]): RecordedSpan[] => spans.flatMap((span) => [span, ...all(span.children)]);
const sum = (spans: readonly RecordedSpan[]) =>
	all(spans).reduce((so, span) => ({ input: so.input + own(span).input, output: so.output + own(span).output }), {
		input: 0,
		output: 0,
	});

/** The tokens of a span's subtree: the total if it has one, else its own. */
function total(span: RecordedSpan) {
	const { attributes: a } = span;
	const input = a['agentese.tokens.total.in'];
	return input === undefined ? own(span) : { input: number(input), output: number(a['agentese.tokens.total.out']) };
}

async function counter() {
	const found = (await points()).filter(({ name }) => name === 'agentese.tokens');
	const both = { input: 0, output: 0 };
	for (const { labels, value } of found)
		both[labels['agentese.tokens.direction'] === 'in' ? 'input' : 'output'] += value;
	return both;
}

/** Runs the trees concurrently, then the late reports. */
async function observe(trees: readonly Node[], sampler: Sampler) {
	startSdk({ sampler: new ModelCallSampler(sampler), processors: [invocationSpanProcessor()] });
	const servers = new Servers();
	await Promise.all(trees.map((tree) => run(tree, servers)));
	await settled();
	for (const report of servers.late) report();
	return { sent: servers.sent, anyLate: servers.late.length > 0, counted: await counter(), spans: await timeline() };
}

describe('tokens are conserved', () => {
	afterEach(() => dropSdk());

	it('in the counter, whether a call is sampled or not, fails, is streamed, left or late', async () => {
		await fc.assert(
			fc
				.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 3 }), fc.nat(), async (trees, seed) => {
					const { sent, counted } = await observe(trees, lossy(seed));
					expect(counted).toEqual(sent);
				})
				.afterEach(() => dropSdk()),
			{ numRuns: 300 },
		);
	});

	it('on the spans, if all are sampled and none is late: each has its own, and enclosing ones have the sum', async () => {
		await fc.assert(
			fc
				.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 3 }), async (trees) => {
					const { sent, counted, spans, anyLate } = await observe(trees, new AlwaysOnSampler());
					expect(counted).toEqual(sent);
					if (anyLate) return;
					expect(sum(spans)).toEqual(sent);
					for (const span of all(spans)) {
						if (span.attributes['agentese.path'] !== undefined) expect(total(span)).toEqual(sum([span]));
					}
				})
				.afterEach(() => dropSdk()),
			{ numRuns: 300 },
		);
	});
});
