import { AggregationType, type ViewOptions } from '@opentelemetry/sdk-metrics';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { SIGNALS } from '../../config/common/layer.js';
import type { LoadedConfig } from '../../config/load.js';
import type { EffectiveConfig } from '../../config/schema/config.js';
import { DURATION_BUCKETS } from '../../lib/instruments/instruments.js';
import { METRIC_AGENTESE_INVOKE_DURATION } from '../../lib/runtime/names.generated.js';
import { SCOPE } from '../../lib/runtime/version.js';
import { requestedVersion } from '../../lib/signals/genai/versions.js';
import { invocationSpanProcessor } from '../../lib/signals/tracing/invocation-span-processor.js';
import { presetNamed } from '../../presets/catalog.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import type { OtlpParts } from '../../presets/otlp/parts.js';
import { whenProcessEnds } from '../process-end/process-end.js';
import type { StartConfiguration } from '../providers/configuration.js';
import { redactPresetParts } from '../redaction/redact-presets.js';
import { deliver } from './custom-backend.js';
import { createResource } from './resource.js';
import { type ChangeableSampler, createSampler } from './sampler.js';

/** The parts that the presets of a config have created. */
export interface Assembled {
	/** The NodeSDK configuration with all parts in it. Its processors and readers redact. */
	readonly configuration: StartConfiguration;
	/** The parts of each preset, as the preset has created them. */
	readonly parts: readonly PresetParts[];
	/** The sampler in the configuration, and how its rates change. */
	readonly sampler: ChangeableSampler;
	/** Puts the headers of another config into effect, from the next request of the running pipelines on. */
	setHeaders(config: EffectiveConfig): void;
}

/**
 * Loads the presets of a config and creates their parts. If one preset fails, the parts of the others are shut down.
 *
 * @throws whatever a preset's `make` throws
 */
export async function assemble(loaded: LoadedConfig): Promise<Assembled> {
	const { config, directory } = loaded;
	const parts: PresetParts[] = [];
	/** The parts whose processors may read spans before they end, and so need a redacted view of each. */
	const early = new Set<PresetParts>();
	try {
		const names = [...new Set(SIGNALS.flatMap((signal) => loaded.signals[signal]))];
		for (const name of names) {
			const created = await createParts(name, loaded);
			parts.push(created.parts);
			if (created.early) early.add(created.parts);
		}
		const sampler = await createSampler(loaded, parts);
		const redacted = redactPresetParts(parts, config, createResource(config, directory), early);
		const configuration: StartConfiguration = {
			autoDetectResources: Boolean(process.env['OTEL_NODE_RESOURCE_DETECTORS']),
			...redacted,
			spanProcessors: withInvocationProcessor(redacted.spanProcessors),
			views: views(config.conventions),
			sampler: sampler.sampler,
		};
		// A custom preset has its own options, and no headers of these sections.
		const partsOf = (name: string) => parts[names.indexOf(name)] as Partial<OtlpParts> | undefined;
		const setHeaders = ({ otlp, jaeger }: EffectiveConfig) => {
			partsOf('otlp')?.setHeaders?.(otlp);
			partsOf('jaeger')?.setHeaders?.({ headers: jaeger.headers, traces: {}, metrics: {}, logs: {} });
		};
		return { configuration, parts, sampler, setHeaders };
	} catch (error) {
		await Promise.allSettled(parts.flatMap(shutDown));
		throw error;
	}
}

/**
 * Creates the parts of one preset, without those of signals that the config gives to other presets.
 *
 * @returns the parts, and in `early` whether their processors may read spans before they end
 */
async function createParts(name: string, loaded: LoadedConfig) {
	const { config, directory, presets, signals: routes } = loaded;
	const preset = await presetNamed(name, presets);
	const options = (config as unknown as Record<string, unknown>)[name];
	const signals = SIGNALS.filter((signal) => routes[signal].includes(name));
	const environment = { directory, signals, whenProcessEnds, delivery: config.delivery };
	const { spanProcessors, metricReaders, logRecordProcessors, ...rest } = await preset.create(options, {
		...environment,
		deliver: (to) => deliver(name, to, environment),
	});
	const parts: PresetParts = {
		...rest,
		...(spanProcessors && signals.includes('traces') && { spanProcessors }),
		...(metricReaders && signals.includes('metrics') && { metricReaders }),
		...(logRecordProcessors && signals.includes('logs') && { logRecordProcessors }),
	};
	// Of the shipped presets, only `console` has a processor that reads spans at their start.
	if (!presets.has(name)) return { parts, early: name === 'console' };
	const { readsSpansEarly, guardParts } = await import('./guard-custom-preset.js');
	return { parts: guardParts(name, parts), early: readsSpansEarly(parts) };
}

/**
 * Puts the invocation span processor before those of the presets. Without any, no span is recorded, and none is needed.
 */
function withInvocationProcessor(presets: readonly SpanProcessor[]): SpanProcessor[] {
	return presets.length === 0 ? [] : [invocationSpanProcessor(), ...presets];
}

/** Shuts the processors and readers of one preset down. Returns one promise for each. */
function shutDown({ spanProcessors = [], metricReaders = [], logRecordProcessors = [] }: PresetParts) {
	return [...spanProcessors, ...metricReaders, ...logRecordProcessors].map(async (part) => part.shutdown());
}

/**
 * The views that set the bucket boundaries of the toolkit's histograms. They apply to every reader, also to one with
 * its own default aggregation or one that ignores the boundaries that an instrument advises. Histograms with boundaries
 * of a user have another scope, which the views do not match.
 */
function views(conventions: readonly string[]): ViewOptions[] {
	const histograms = [
		{ name: METRIC_AGENTESE_INVOKE_DURATION, boundaries: DURATION_BUCKETS },
		...(conventions.includes('genai') ? Object.values(requestedVersion().durations) : []),
	];
	return histograms.map(({ name, boundaries }) => ({
		meterName: SCOPE,
		instrumentName: name,
		aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [...boundaries] } },
	}));
}
