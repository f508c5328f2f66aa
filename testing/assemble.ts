import type { Logger, Meter, Tracer } from '@opentelemetry/api';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { loadProjectConfig } from '../config/load.js';
import type { EffectiveConfig, TelemetryConfig } from '../config/schema/config.js';
import { configureTracing } from '../lib/invocation/settings.js';
import { configureRules } from '../lib/rules/rules.js';
import type { Preset } from '../presets/contract/preset.js';
import type { LogRecord } from '../presets/contract/sdk-parts.js';
import { ignoreSpanStart, logRecordProcessorTo } from '../presets/signals/processors.js';
import { assemble } from '../sdk/assemble/assemble.js';
import { setRunningSpans } from '../sdk/import-events/running-spans.js';
import { tracingSettings } from '../sdk/lifecycle/engine-settings.js';
import { createLoggers } from '../sdk/providers/logger-provider.js';
import { createTracers } from '../sdk/providers/tracer-provider.js';
import { privacyOf, startPrivacy } from '../sdk/redaction/privacy.js';
import { FastTracer } from '../sdk/spans/fast-tracer.js';
import { sdkInternalsOf } from '../sdk/spans/sdk-internals.js';
import type { ScopeProviders } from './flows/scope.js';
import { MetricStore } from './recording/metric-store.js';
import { SeededIds } from './recording/seeded-ids.js';
import { SpanLog } from './recording/span-log.js';

/** The name of the preset that keeps everything in memory, in the place of the configured ones. */
const MEMORY = 'memory';

/** What one test records, and where it comes from. */
export interface Assembly {
	readonly config: EffectiveConfig;
	readonly notices: readonly string[];
	readonly spans: SpanLog;
	readonly logs: LogRecord[];
	readonly metrics: MetricStore;
	readonly providers: ScopeProviders;
	/** Puts rules, redaction and the other settings into effect for the running scope. */
	configure(): void;
	shutdown(): Promise<void>;
}

/**
 * Creates the providers of one test from a config, as a start does, with one preset that keeps everything in memory.
 * Nothing is registered.
 *
 * @param seed - the seed of the ids; undefined for random ones
 * @throws ConfigurationError (as a rejection) with all faults of the config
 */
export async function assembleInMemory(
	argument: TelemetryConfig | string | undefined,
	seed: number | undefined,
): Promise<Assembly> {
	const loaded = await loadProjectConfig(argument);
	const spans = new SpanLog();
	const logs: LogRecord[] = [];
	const metrics = new MetricStore();
	const preset: Preset<unknown> = {
		name: MEMORY,
		create: () => ({
			spanProcessors: [
				{
					// A processor with this very function needs no redacted view of open spans.
					onStart: ignoreSpanStart,
					onEnd: (span) => spans.push(span),
					forceFlush: nothing,
					shutdown: nothing,
				},
			],
			metricReaders: [metrics],
			logRecordProcessors: [logsTo(logs)],
		}),
	};
	// A rate that production needs would make a test pass and fail by chance.
	const rate = loaded.sources['sampling.rate'] === 'argument' ? loaded.config.sampling.rate : 1;
	const config: EffectiveConfig = { ...loaded.config, sampling: { ...loaded.config.sampling, rate } };
	const { configuration } = await assemble({
		...loaded,
		config,
		signals: { traces: [MEMORY], metrics: [MEMORY], logs: [MEMORY] },
		presets: new Map([[MEMORY, preset]]),
	});
	const { resource, views, spanProcessors } = configuration;
	const watched = { ...configuration, spanProcessors: [spans.watcher, ...spanProcessors] };
	const tracers = createTracers(watched, { resource }, seed === undefined ? undefined : new SeededIds(seed));
	const meters = new MeterProvider({ resource, views, readers: configuration.metricReaders });
	const loggers = createLoggers(configuration, { resource });
	return {
		...{ config, notices: loaded.notices, spans, logs, metrics },
		providers: {
			tracer: memoized((...source) => withToolkitClock(tracers.getTracer(...source))),
			meter: (...source): Meter => meters.getMeter(...source),
			logger: (...source): Logger => loggers.getLogger(...source),
		},
		configure() {
			configureTracing(tracingSettings(config));
			startPrivacy(privacyOf(config), true);
			configureRules(config.rules);
			setRunningSpans({ processors: watched.spanProcessors, resource });
		},
		async shutdown() {
			await Promise.all([tracers.shutdown(), meters.shutdown(), loggers.shutdown()]);
		},
	};
}

/**
 * Returns a tracer that starts fast spans. Their times are those of the toolkit's clock, which fake timers do not
 * change: a span of the application and one of an invocation around it then have times of one clock.
 */
function withToolkitClock(tracer: Tracer): Tracer {
	const internals = sdkInternalsOf(tracer);
	return internals === undefined ? tracer : new FastTracer(internals);
}

/** Returns a function that creates one tracer for each name and version: the toolkit caches what it knows of a tracer. */
function memoized(create: ScopeProviders['tracer']): ScopeProviders['tracer'] {
	const known = new Map<string, Tracer>();
	return (...source) => {
		const key = JSON.stringify(source);
		const tracer = known.get(key) ?? create(...source);
		known.set(key, tracer);
		return tracer;
	};
}

function logsTo(logs: LogRecord[]): LogRecordProcessor {
	return logRecordProcessorTo({ push: (record) => void logs.push(record), flush: nothing, shutdown: nothing });
}

async function nothing(): Promise<void> {}
