import type { EffectiveConfig } from '../../config/schema/config.js';
import type { BackendStats } from '../../delivery/backend-health.js';
import type { SignalCounts } from '../../delivery/common/counts.js';
import { problemCounts } from '../../lib/runtime/log-once.js';
import { type TokenTotals, tokenTotals } from '../../lib/usage/accounting/process-totals.js';
import type { PresetParts, PresetStats } from '../../presets/contract/preset.js';

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
	/** The config in effect: every source merged over the defaults. */
	readonly config: EffectiveConfig;
	/**
	 * Sends and writes all telemetry that was recorded before the call. Takes at most 10 s; what fails is logged. Never
	 * rejects.
	 */
	flush(): Promise<void>;
	/**
	 * Ends invocations whose results were not consumed completely, sends and writes all telemetry, and unregisters the
	 * SDK, so that telemetry may be started again. Takes at most 10 s; what fails is logged. Never rejects. A second call
	 * returns the promise of the first one.
	 */
	shutdown(): Promise<void>;
	/** Returns the current counts. */
	stats(): TelemetryStats;
}

/** The handles of telemetry that was not started. */
const idleHandles = new WeakSet<Telemetry>();

/** Returns a handle that does nothing, for telemetry that was not started. */
export function idleTelemetry(config: EffectiveConfig): Telemetry {
	const telemetry: Telemetry = {
		config,
		flush: async () => undefined,
		shutdown: async () => undefined,
		stats: () => sumStats([]),
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

/** The counts that only presets that send have. */
const DELIVERY_COUNTS = ['onDisk', 'adopted', 'deadLetters', 'retries'] as const;

/** Adds the counts of one signal. A count that no preset has stays absent. */
function sumCounts(all: readonly SignalCounts[]): SignalCounts {
	const result: SignalCounts = { made: 0, written: 0, queued: 0, dropped: 0, droppedBy: {} };
	for (const counts of all) {
		const { made, written, queued, dropped, droppedBy } = counts;
		result.made += made;
		result.written += written;
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
