import {
	AlwaysOffSampler,
	AlwaysOnSampler,
	ParentBasedSampler,
	type Sampler,
	TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { LoadedConfig } from '../../config/load.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import { ModelCallSampler } from './model-call-sampler.js';
import { hasRates, warnRatesIgnored } from './rule-rates.js';

/** The sampler of an SDK, and how its rates change while it runs. */
export interface ChangeableSampler {
	/** The sampler of the SDK. */
	readonly sampler: Sampler;
	/**
	 * Loads what the rates of another config need.
	 *
	 * @returns a function that puts these rates into effect from the next root span on
	 */
	prepareRates(loaded: LoadedConfig): Promise<() => void>;
	/** Leaves all decisions to the sampler of another SDK, for tracers that were fetched from this one. */
	follow(other: ChangeableSampler): void;
}

/**
 * Creates the sampler of the SDK.
 *
 * The first sampler that a preset brings decides. Without one, a root span is decided by the rule that sets a rate for
 * it, else by the config's rate. A child follows its parent, so that a trace is kept completely or not at all, unless
 * `OTEL_TRACES_SAMPLER` names a sampler that ignores the parent. Scrapes of the toolkit's own metrics page are never
 * kept.
 */
export async function createSampler(loaded: LoadedConfig, parts: readonly PresetParts[]): Promise<ChangeableSampler> {
	const custom = parts.find(({ sampler }) => sampler !== undefined)?.sampler;
	const inner = custom ?? (await createRateSampler(loaded));
	const calls = new ModelCallSampler(inner);
	const sampler = loaded.signals.metrics.includes('prometheus')
		? new (await import('./scrape-sampler.js')).ScrapeSampler(calls)
		: calls;
	const warnIgnored = (rules: LoadedConfig['config']['rules']) => warnRatesIgnored(rules, "a preset's own sampler");
	if (custom !== undefined) warnIgnored(loaded.config.rules);
	return {
		sampler,
		async prepareRates(next) {
			if (custom === undefined) {
				const changed = await createRateSampler(next);
				return () => calls.replaceInner(changed);
			}
			return () => {
				warnIgnored(next.config.rules);
				warnOnce(
					'update/sampling',
					"update() has changed sampling.rate without an effect: a preset's own sampler decides which traces are kept.",
				);
			};
		},
		follow: (other) => calls.replaceInner(other.sampler),
	};
}

/** The sampler of the config's rate and of the rates of its rules. */
async function createRateSampler({ config: { sampling, rules }, sources }: LoadedConfig): Promise<Sampler> {
	const { rate } = sampling;
	const constant = rate === 1 ? new AlwaysOnSampler() : new AlwaysOffSampler();
	let root: Sampler = rate === 1 || rate === 0 ? constant : new TraceIdRatioBasedSampler(rate);
	const isVariable = sources['sampling.rate'] === 'OTEL_TRACES_SAMPLER';
	if (isVariable) warnRatesIgnored(rules, 'OTEL_TRACES_SAMPLER');
	else if (hasRates(rules)) {
		const { RuleSampler } = await import('./rule-sampler.js');
		root = new RuleSampler(root);
	}
	const isParentBased = !isVariable || /^parentbased_/.test(process.env['OTEL_TRACES_SAMPLER']?.trim() ?? '');
	return isParentBased ? new ParentBasedSampler({ root }) : root;
}
