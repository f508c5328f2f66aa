import { describe, expect, it } from '@jest/globals';
import {
	AlwaysOffSampler,
	AlwaysOnSampler,
	ParentBasedSampler,
	type Sampler,
	SamplingDecision,
	TraceIdRatioBasedSampler,
	TracerProvider,
} from '@opentelemetry/sdk-trace';
import { samplingOf } from '../../../../lib/signals/tracing/sampling.js';
import { ModelCallSampler } from '../../../../sdk/assemble/model-call-sampler.js';
import { RuleSampler } from '../../../../sdk/assemble/rule-sampler.js';
import { ScrapeSampler } from '../../../../sdk/assemble/scrape-sampler.js';

const root = new AlwaysOnSampler();
const custom: Sampler = {
	shouldSample: () => ({ decision: SamplingDecision.RECORD_AND_SAMPLED }),
	toString: () => 'MySampler',
};
const nameless = { shouldSample: custom.shouldSample } as Sampler;
const throwing = {
	...custom,
	toString: () => {
		throw new Error('no');
	},
};

describe('how a tracer samples', () => {
	it.each<[string, Sampler | undefined, boolean, boolean]>([
		['the default', undefined, false, true],
		['always on', root, false, false],
		['always off', new AlwaysOffSampler(), false, false],
		['a ratio', new TraceIdRatioBasedSampler(1e-7), false, false],
		['by the parent', new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.1) }), false, true],
		[
			'the presets’',
			new ScrapeSampler(new ModelCallSampler(new ParentBasedSampler({ root: new RuleSampler(root) }))),
			false,
			true,
		],
		['another below unsampled ones', new ParentBasedSampler({ root, localParentNotSampled: root }), false, false],
		[
			'another below unsampled ones from elsewhere',
			new ParentBasedSampler({ root, remoteParentNotSampled: root }),
			false,
			false,
		],
		['a custom one', custom, true, false],
		['a custom one at the root', new ParentBasedSampler({ root: custom }), true, false],
		['one without a description', nameless, true, false],
		['one whose description throws', throwing, true, false],
	])('is determined for %s', (_, sampler, readsAttributes, followsUnsampledParent) => {
		const tracer = new TracerProvider(sampler === undefined ? {} : { sampler }).getTracer('test');
		expect(samplingOf(tracer)).toEqual({ readsAttributes, followsUnsampledParent });
	});

	it('is unknown for a tracer that is not OpenTelemetry’s', () => {
		expect(samplingOf({})).toEqual({ readsAttributes: true, followsUnsampledParent: false });
		expect(samplingOf({ _sampler: 'AlwaysOnSampler' })).toEqual({
			readsAttributes: true,
			followsUnsampledParent: false,
		});
	});
});
