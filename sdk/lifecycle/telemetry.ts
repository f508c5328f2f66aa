import type { CustomPresetConfig } from '../../config/define.js';
import type { EffectiveConfig, TelemetryConfig } from '../../config/schema/config.js';
import type { TelemetryUpdate } from '../../config/update.js';
import type { BackendStats } from '../../delivery/backend-health.js';
import type { SignalCounts } from '../../delivery/common/counts.js';
import { warnOnceOnStderr } from '../../lib/diagnostics/diag-logger.js';
import { problemCounts } from '../../lib/runtime/log-once.js';
import { type TokenTotals, tokenTotals } from '../../lib/usage/accounting/process-totals.js';
import type { PresetParts, PresetStats } from '../../presets/contract/preset.js';
import type { TelemetryHealth } from './health.js';

/** The counts of all presets together, and of the process. */
export interface TelemetryStats extends PresetStats {
	/** The backends that telemetry is sent to, with the last error of each. */
	backends: BackendStats[];
	/** The model tokens that this process has counted, and how many of them came too late for a span or without one. */
	tokens: TokenTotals;
	/** The `match` of each rule that has matched nothing so far. A class that is loaded later may still match it. */
	unmatchedRules: string[];
	/** How often each problem of the toolkit has occurred in this process, by the problem's key. */
	problems: Record<string, number>;
}

/** The handle of started telemetry. `await using telemetry = await startTelemetry()` ends it with its block. */
export interface Telemetry extends AsyncDisposable {
	/**
	 * The config in effect: every source merged over the defaults, and what `update()` and `restart()` have changed. Each
	 * change makes it a new object.
	 */
	readonly config: EffectiveConfig;
	/**
	 * Sends and writes all telemetry that was recorded before the call. Takes at most 10 s; what fails is logged. Never
	 * rejects.
	 */
	flush(): Promise<void>;
	/**
	 * Changes rules, the sampling rate, the log level and headers while telemetry runs. Nothing is closed: all changes
	 * take effect at once, for the next call, the next root span, the next message and the next request. A key that is
	 * left out keeps its value; `rules` replaces the whole list; headers are merged by name, without regard to case.
	 *
	 * On a handle that does nothing it changes nothing, which is logged once.
	 *
	 * @param changes - has the checks of the same keys of the config
	 * @returns the config in effect, with the changes in it
	 * @throws ConfigurationError (as a rejection) with all faults of the changes, and for a key that cannot be changed
	 * while telemetry runs; then nothing is changed. With `OTEL_CONFIG_FILE` only `rules` and `logLevel` can be changed
	 * @throws Error (as a rejection) after `shutdown()`
	 *
	 * @example
	 * ```ts
	 * import { startTelemetry } from 'agentese-otel/presets';
	 *
	 * const telemetry = await startTelemetry({ preset: 'otlp', otlp: { headers: { authorization: 'Bearer old' } } });
	 * await telemetry.update({ headers: { authorization: 'Bearer new' }, sampling: { rate: 0.1 } });
	 * await telemetry.shutdown();
	 * ```
	 */
	update(changes: TelemetryUpdate): Promise<EffectiveConfig>;
	/**
	 * Hands over to telemetry with another config, without a gap: the new presets are registered in the same tick in
	 * which the old ones are unregistered, so no span falls between. Spans that are open go to the old presets, which are
	 * shut down when all of them have ended, after 10 s at the latest; those that end later go to the new presets. All
	 * sources of the config are read again: files, environment variables, TLS files.
	 *
	 * The handle stays the same. `stats()` adds the counts of the old presets to those of the new ones.
	 *
	 * @param argument - a config, or the path of a config file. @default the config is searched, as `startTelemetry` does
	 * @returns the config in effect, as soon as it is in effect; the old presets may still be delivering
	 * @throws ConfigurationError (as a rejection) if the config is faulty; then the running telemetry is left as it is
	 * @throws Error (as a rejection) after `shutdown()`, if the config switches telemetry off, or with
	 * `OTEL_CONFIG_FILE`
	 *
	 * @example
	 * ```ts
	 * import { startTelemetry } from 'agentese-otel/presets';
	 *
	 * const telemetry = await startTelemetry({ preset: 'json' });
	 * await telemetry.restart({ preset: 'otlp' });
	 * telemetry.config.preset; // => ['otlp']
	 * await telemetry.shutdown();
	 * ```
	 */
	restart(argument?: TelemetryConfig | CustomPresetConfig | string): Promise<EffectiveConfig>;
	/**
	 * Ends invocations whose results were not consumed completely, sends and writes all telemetry, and unregisters the
	 * SDK, so that telemetry may be started again. Takes at most 10 s; what fails is logged. Never rejects. A second call
	 * returns the promise of the first one.
	 *
	 * `restart()` changes the config without a gap. Calls between a shutdown and the next start are lost: those of the
	 * first minute are in the next handle's `stats().spans`, dropped as `unregistered`.
	 */
	shutdown(): Promise<void>;
	/** Returns the current counts, as a new object. Never throws, unless a custom preset's `stats` does. */
	stats(): TelemetryStats;
	/**
	 * Returns whether telemetry is delivered, late or lost, with a sentence for each problem. It reads counts alone, so a
	 * health endpoint may call it at each request. Never throws, unless a custom preset's `stats` does.
	 */
	health(): TelemetryHealth;
}

/** The handles of telemetry that was not started. */
const idleHandles = new WeakSet<Telemetry>();

/**
 * Returns a handle that does nothing, for telemetry that was not started.
 *
 * @param reason - why telemetry could not be started, as a sentence. @default it was not to be started
 */
export function idleTelemetry(config: EffectiveConfig, reason?: string): Telemetry {
	const unchanged = async (name: string) => {
		warnOnceOnStderr(
			`start/idle/${name}`,
			`${name}() has no effect, because telemetry was not started${reason === undefined ? '' : ` (${reason})`}. ` +
				'Call startTelemetry() with a config that starts it.',
		);
		return config;
	};
	const telemetry: Telemetry = {
		config,
		flush: async () => undefined,
		update: () => unchanged('update'),
		restart: () => unchanged('restart'),
		shutdown: async () => undefined,
		stats: () => sumStats([]),
		health: () => (reason === undefined ? { status: 'ok', reasons: [] } : { status: 'failing', reasons: [reason] }),
		[Symbol.asyncDispose]: async () => undefined,
	};
	idleHandles.add(telemetry);
	return telemetry;
}

/** Whether a handle was created by `idleTelemetry`. */
export function isIdle(telemetry: Telemetry): boolean {
	return idleHandles.has(telemetry);
}

/** Returns the sums of the presets' counts. `unmatchedRules` is empty. */
export function sumStats(parts: readonly PresetParts[]): TelemetryStats {
	const all = parts.flatMap((part) => part.stats?.() ?? []);
	return {
		spans: sumCounts(all.map(({ spans }) => spans)),
		metricPoints: sumCounts(all.map(({ metricPoints }) => metricPoints)),
		logs: sumCounts(all.map(({ logs }) => logs)),
		files: all.flatMap(({ files }) => files),
		backends: all.flatMap(({ backends = [] }) => backends),
		tokens: tokenTotals(),
		unmatchedRules: [],
		problems: Object.fromEntries(problemCounts()),
	};
}

/** The names of the counts of signals. */
const SIGNALS = ['spans', 'metricPoints', 'logs'] as const;

/**
 * Returns the last counts of presets that were shut down because others took their place.
 *
 * What they have left on disk for a backend that the new presets send to is taken out of their counts: the new presets
 * adopt it, and count it then.
 *
 * @param current - the parts of the presets that took their place
 * @param carried - the counts of those that were replaced before
 */
export function carriedStats(
	former: readonly PresetParts[],
	current: readonly PresetParts[],
	carried: PresetStats | undefined,
): PresetStats {
	const backends = new Set(sumStats(current).backends.map(({ preset, endpoint }) => `${preset} ${endpoint}`));
	const last = former.map(({ stats }): PresetParts => {
		const counts = stats?.();
		if (counts === undefined) return {};
		const isAdopted = (counts.backends ?? []).some(({ preset, endpoint }) => backends.has(`${preset} ${endpoint}`));
		if (isAdopted) for (const signal of SIGNALS) counts[signal] = withoutDisk(counts[signal]);
		return { stats: () => counts };
	});
	const { spans, metricPoints, logs, files } = sumStats([
		...last,
		...(carried === undefined ? [] : [{ stats: () => carried }]),
	]);
	return { spans, metricPoints, logs, files };
}

/**
 * Returns counts in which spans are lost that no SDK has received, because they were called between a shutdown and the
 * next start; undefined if there are none.
 */
export function lostBetweenStarts(count: number): PresetStats | undefined {
	if (count === 0) return undefined;
	const none: SignalCounts = { created: 0, delivered: 0, queued: 0, dropped: 0, droppedBy: {} };
	const spans = { ...none, created: count, dropped: count, droppedBy: { unregistered: count } };
	return { spans, metricPoints: none, logs: none, files: [] };
}

/** Returns the counts without the records on disk. */
function withoutDisk(counts: SignalCounts): SignalCounts {
	const { onDisk = 0, created } = counts;
	return { ...counts, created: created - onDisk, onDisk: 0 };
}

/** The counts that only presets that send have. */
const DELIVERY_COUNTS = ['onDisk', 'adopted', 'rejected', 'retries'] as const;

/** Adds the counts of one signal. A count that no preset has stays absent. */
function sumCounts(all: readonly SignalCounts[]): SignalCounts {
	const result: SignalCounts = { created: 0, delivered: 0, queued: 0, dropped: 0, droppedBy: {} };
	for (const counts of all) {
		const { created, delivered, queued, dropped, droppedBy } = counts;
		result.created += created;
		result.delivered += delivered;
		result.queued += queued;
		result.dropped += dropped;
		for (const key of DELIVERY_COUNTS) {
			const amount = counts[key];
			if (amount !== undefined) result[key] = (result[key] ?? 0) + amount;
		}
		for (const [reason, count] of Object.entries(droppedBy)) {
			result.droppedBy[reason] = (result.droppedBy[reason] ?? 0) + count;
		}
	}
	return result;
}
