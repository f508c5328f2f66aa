import { AggregationType, type ViewOptions } from '@opentelemetry/sdk-metrics';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { LoadedConfig } from '../../config/load.js';
import { DURATION_BUCKETS } from '../../lib/instruments/instruments.js';
import { SCOPE } from '../../lib/runtime/version.js';
import { wanted } from '../../lib/signals/genai/versions.js';
import { presetNamed } from '../../presets/catalog.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import { whenProcessEnds } from '../process-end/process-end.js';
import type { StartConfiguration } from '../providers/configuration.js';
import { guarded } from '../redaction/guard.js';
import { invocationSpanProcessor } from '../spans/invocation-span-processor.js';
import { deliver } from './custom-backend.js';
import { makeResource } from './resource.js';
import { samplerOf } from './sampler.js';

/** What the presets made of a config, and the NodeSDK configuration that holds it. */
export interface Assembled {
	readonly configuration: StartConfiguration;
	readonly parts: readonly PresetParts[];
}

const SIGNALS = ['traces', 'metrics', 'logs'] as const;

/**
 * Loads the presets and makes their parts. Where one of them cannot be made, what the others opened is closed again.
 */
export async function assemble(loaded: LoadedConfig): Promise<Assembled> {
	const { config, directory } = loaded;
	const parts: PresetParts[] = [];
	const early = new Set<PresetParts>();
	try {
		const names = [...new Set(SIGNALS.flatMap((signal) => loaded.signals[signal]))];
		for (const name of names) {
			const made = await partsOf(name, loaded);
			parts.push(made.parts);
			if (made.early) early.add(made.parts);
		}
		const sampler = await samplerOf(loaded, parts);
		const safe = guarded(parts, config, await makeResource(config, directory), early);
		const configuration: StartConfiguration = {
			autoDetectResources: Boolean(process.env['OTEL_NODE_RESOURCE_DETECTORS']),
			...safe,
			spanProcessors: withInvocations(safe.spanProcessors),
			views: views(config.conventions),
			...(sampler && { sampler }),
		};
		return { configuration, parts };
	} catch (error) {
		await Promise.allSettled(parts.flatMap(closing));
		throw error;
	}
}

/** One preset's parts, of the signals that the config gives it, and whether they look at spans before these end. */
async function partsOf(name: string, { config, directory, presets, signals: routes }: LoadedConfig) {
	const preset = await presetNamed(name, presets);
	const options = (config as unknown as Record<string, unknown>)[name];
	const signals = SIGNALS.filter((signal) => routes[signal].includes(name));
	const around = { directory, signals, whenProcessEnds, delivery: config.delivery };
	const { spanProcessors, metricReaders, logRecordProcessors, ...rest } = await preset.make(options, {
		...around,
		deliver: (to) => deliver(name, to, around),
	});
	const parts: PresetParts = {
		...rest,
		...(spanProcessors && signals.includes('traces') && { spanProcessors }),
		...(metricReaders && signals.includes('metrics') && { metricReaders }),
		...(logRecordProcessors && signals.includes('logs') && { logRecordProcessors }),
	};
	if (!presets.has(name)) return { parts, early: name === 'console' };
	const { looksEarly, guardParts } = await import('./guard-custom-preset.js');
	return { parts: guardParts(name, parts), early: looksEarly(parts) };
}

/** Before the presets' own what sees all spans; without a preset that carries spans there are none to see. */
function withInvocations(presets: readonly SpanProcessor[]): SpanProcessor[] {
	return presets.length === 0 ? [] : [invocationSpanProcessor(), ...presets];
}

function closing({ spanProcessors = [], metricReaders = [], logRecordProcessors = [] }: PresetParts) {
	return [...spanProcessors, ...metricReaders, ...logRecordProcessors].map(async (part) => part.shutdown());
}

/**
 * The boundaries of our histograms, for every reader: a reader with an aggregation of its own, or one that does not heed
 * the instrument's advice, gets them all the same. A histogram with boundaries of a person's own has another scope.
 */
function views(conventions: readonly string[]): ViewOptions[] {
	const histograms = [
		{ name: 'agentese.invoke.duration', boundaries: DURATION_BUCKETS },
		...(conventions.includes('genai') ? Object.values(wanted().durations) : []),
	];
	return histograms.map(({ name, boundaries }) => ({
		meterName: SCOPE,
		instrumentName: name,
		aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [...boundaries] } },
	}));
}
