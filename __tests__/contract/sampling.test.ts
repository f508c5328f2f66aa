import { afterEach, describe, expect, it } from '@jest/globals';
import { type Attributes, context, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, ParentBasedSampler, type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace';
import { currentInvocation, metered, Resolver, recordTokens, SpanAttribute, Traced, traced } from '../../index.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import { counted, inOrder, invoke, pathAttributes, pathLabels } from './expected.js';
import { points, startSdk, stopSdk, timeline } from './harness.js';

afterEach(() => stopSdk());

class Recorder implements Sampler {
	readonly asked: [string, Attributes][] = [];
	readonly decide: (attributes: Attributes) => boolean;
	constructor(decide: (attributes: Attributes) => boolean) {
		this.decide = decide;
	}
	shouldSample(...[, , name, , attributes]: Parameters<Sampler['shouldSample']>) {
		this.asked.push([name, { ...attributes }]);
		return { decision: this.decide(attributes) ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
	}
}

const PATH = 'self.soul.ask';
const EARLY = pathAttributes(PATH, 'ask');

describe('a sampler', () => {
	it('receives what is known at the start, and samplingAttributes', () => {
		const sampler = new Recorder(() => false);
		startSdk({ sampler });
		traced(function ask() {}, { path: PATH, samplingAttributes: () => ({ 'app.tenant': 7 }) })();
		expect(sampler.asked).toEqual([['agentese.invoke', { ...EARLY, 'app.tenant': 7 }]]);
	});

	it('may decide by them', async () => {
		startSdk({ sampler: new Recorder((attributes) => attributes['app.tenant'] === 7) });
		const call = traced(function ask(_: unknown, _tenant: number) {}, {
			path: PATH,
			samplingAttributes: (args) => ({ 'app.tenant': args[1] }),
		});
		call(null, 7);
		call(null, 8);
		const attributes = { 'app.tenant': 7, 'agentese.result': 'undefined' };
		expect(await timeline()).toEqual([invoke(PATH, 'ask', attributes)]);
	});

	it('receives no attributes if the settings state that it reads none; the span has them anyway', async () => {
		const sampler = new Recorder(() => true);
		startSdk({ sampler });
		const restore = configureTracing({ attributesAtStart: false });
		traced(function ask() {}, { path: PATH })();
		restore();
		expect(sampler.asked).toEqual([['agentese.invoke', {}]]);
		expect(await timeline()).toEqual([invoke(PATH, 'ask', { 'agentese.result': 'undefined' })]);
	});
});

describe('if nothing is sampled', () => {
	it('attributes, result and @SpanAttribute are not called, and everything is counted', async () => {
		const asked: string[] = [];
		startSdk({ sampler: new AlwaysOffSampler() });
		@Resolver('self.soul')
		class Soul {
			@SpanAttribute('app.mood')
			get mood(): string {
				asked.push('mood');
				return 'calm';
			}
			@Traced({
				samplingAttributes: () => void asked.push('start') as never,
				attributes: () => void asked.push('attributes') as never,
				result: () => void asked.push('result') as never,
				expected: (error) => (error as Error).message === 'refuse',
			})
			ask(message: string): void {
				if (message !== '') throw new Error(message);
			}
		}
		const soul = new Soul();
		for (const message of ['', 'refuse', 'fail']) {
			try {
				soul.ask(message);
			} catch {
				// The outcomes are counted.
			}
		}
		expect(asked).toEqual(['start', 'start', 'start']);
		expect(await timeline()).toEqual([]);
		const labels = pathLabels(PATH);
		const refused = counted(labels, 'refused');
		const failed = counted(labels, 'error', { errorType: 'Error' });
		expect(await points()).toEqual(inOrder([...counted(labels), ...refused, ...failed]));
	});

	it('children of an unsampled parent are counted', async () => {
		startSdk({ sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }) });
		const child = metered(traced(function child() {}, { path: 'self.soul.child' }));
		metered(
			traced(
				function outer() {
					child();
					child();
				},
				{ path: PATH },
			),
		)();
		expect(await timeline()).toEqual([]);
		expect(await points()).toEqual(
			inOrder([...counted(pathLabels(PATH)), ...counted(pathLabels('self.soul.child'), 'ok', { times: 2 })]),
		);
	});
});

describe('below a span that is not sampled', () => {
	const unsampled = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 };
	const below = (work: () => unknown) => context.with(trace.setSpanContext(context.active(), unsampled), work);

	it('no span is created if the sampler follows its parent; there is an invocation, and it is counted', async () => {
		startSdk({ sampler: new ParentBasedSampler({ root: new Recorder(() => true) }) });
		const seen: unknown[] = [];
		const ask = traced(
			function ask() {
				recordTokens({ input: 3 });
				seen.push(currentInvocation()?.path, trace.getActiveSpan()?.spanContext());
			},
			{ path: PATH },
		);
		below(ask);
		// A sampler that is not known is called, whatever it would decide.
		expect(seen).toEqual([PATH, expect.objectContaining({ traceFlags: 0, traceId: unsampled.traceId })]);
		expect(await timeline()).toEqual([]);
		stopSdk();
		startSdk();
		below(ask);
		expect(seen.slice(2)).toEqual([PATH, unsampled]);
		expect(await timeline()).toEqual([]);
		expect((await points()).map(({ name, value }) => [name, value])).toEqual([
			['agentese.invocations', 1],
			['agentese.invoke.active', 0],
			['agentese.invoke.duration', 1],
			['agentese.tokens', 3],
		]);
	});

	it('the sampler is called for a root of its own and for an explicit parent', async () => {
		startSdk();
		below(traced(function ask() {}, { path: PATH, root: true }));
		const parent = () => ({ ...unsampled, traceFlags: 1 });
		below(traced(function ask() {}, { path: PATH, parent }));
		expect((await timeline()).map(({ name }) => name)).toEqual(['agentese.invoke', 'agentese.invoke']);
	});

	it('a span is created if the sampler records it anyway', async () => {
		const always = new Recorder(() => true);
		startSdk({
			sampler: new ParentBasedSampler({ root: always, remoteParentNotSampled: always, localParentNotSampled: always }),
		});
		below(traced(function ask() {}, { path: PATH }));
		expect((await timeline()).length).toBe(1);
	});
});
