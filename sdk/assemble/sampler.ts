import {
	AlwaysOffSampler,
	AlwaysOnSampler,
	ParentBasedSampler,
	type Sampler,
	TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { LoadedConfig } from '../../config/load.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import { ModelCallSampler } from './model-call-sampler.js';
import { hasRates, warnRatesIgnored } from './rule-rates.js';

/**
 * Creates the sampler of the SDK.
 *
 * The first sampler that a preset brings decides. Without one, a root span is decided by the rule that sets a rate for
 * it, else by the config's rate. A child follows its parent, so that a trace is kept completely or not at all, unless
 * `OTEL_TRACES_SAMPLER` names a sampler that ignores the parent. Scrapes of the toolkit's own metrics page are never
 * kept.
 */
export async function createSampler(loaded: LoadedConfig, parts: readonly PresetParts[]): Promise<Sampler> {
	const custom = parts.find(({ sampler }) => sampler !== undefined)?.sampler;
	if (custom !== undefined) warnRatesIgnored(loaded.config.rules, "a preset's own sampler");
	const sampler = new ModelCallSampler(custom ?? (await createRateSampler(loaded)));
	if (!loaded.signals.metrics.includes('prometheus')) return sampler;
	return new (await import('./scrape-sampler.js')).ScrapeSampler(sampler);
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
