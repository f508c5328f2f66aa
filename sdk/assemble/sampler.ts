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
 * A root is decided by the rule that has a rate for it, else by the config's rate; a child follows its parent, so that a
 * trace is kept whole or not at all, unless `OTEL_TRACES_SAMPLER` names a sampler that heeds no parent. Scrapes of our
 * own metrics are never kept. A preset's own sampler decides all else.
 */
export async function samplerOf(loaded: LoadedConfig, parts: readonly PresetParts[]): Promise<Sampler> {
	const own = parts.find(({ sampler }) => sampler !== undefined)?.sampler;
	if (own !== undefined) warnRatesIgnored(loaded.config.rules, "a preset's own sampler");
	const sampler = new ModelCallSampler(own ?? (await byRate(loaded)));
	if (!loaded.signals.metrics.includes('prometheus')) return sampler;
	return new (await import('./scrape-sampler.js')).ScrapeSampler(sampler);
}

async function byRate({ config: { sampling, rules }, sources }: LoadedConfig): Promise<Sampler> {
	const { rate } = sampling;
	const whole = rate === 1 ? new AlwaysOnSampler() : new AlwaysOffSampler();
	let root: Sampler = rate === 1 || rate === 0 ? whole : new TraceIdRatioBasedSampler(rate);
	const byVariable = sources['sampling.rate'] === 'OTEL_TRACES_SAMPLER';
	if (byVariable) warnRatesIgnored(rules, 'OTEL_TRACES_SAMPLER');
	else if (hasRates(rules)) {
		const { RuleSampler } = await import('./rule-sampler.js');
		root = new RuleSampler(root);
	}
	const heedsParent = !byVariable || /^parentbased_/.test(process.env['OTEL_TRACES_SAMPLER']?.trim() ?? '');
	return heedsParent ? new ParentBasedSampler({ root }) : root;
}
