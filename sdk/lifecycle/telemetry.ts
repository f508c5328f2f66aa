import type { EffectiveConfig } from '../../config/schema/config.js';
import type { BackendStats } from '../../delivery/backend-health.js';
import type { SignalCounts } from '../../delivery/common/counts.js';
import { problems } from '../../lib/runtime/log-once.js';
import { type TokenTotals, tokenTotals } from '../../lib/usage/accounting/process-totals.js';
import type { PresetParts, PresetStats } from '../../presets/contract/preset.js';

/** What became of everything that was made. */
export interface TelemetryStats extends PresetStats {
	/** The places that telemetry is sent to, with the last error of each. */
	backends: BackendStats[];
	/** The model tokens that this process counted; how many of them came too late for a span, or outside of all. */
	tokens: TokenTotals;
	/** What the rules match that have matched nothing so far. A class that is loaded later may still match one. */
	unmatchedRules: string[];
	/** How often each problem of the toolkit occurred in this process, by key. */
	problems: Record<string, number>;
}

/** Telemetry that was started. `await using telemetry = await startTelemetry()` ends it with its block. */
export interface Telemetry extends AsyncDisposable {
	/** What holds. */
	readonly config: EffectiveConfig;
	/** Resolves when all that was made before is where it goes, or could not be brought there. Never rejects. */
	flush(): Promise<void>;
	/**
	 * Ends the invocations that nobody will consume, brings everything where it goes and takes the SDK down, so that
	 * telemetry may be started again. Never rejects; a second call answers the first one's promise.
	 */
	shutdown(): Promise<void>;
	/** Counts, summed over the presets. */
	stats(): TelemetryStats;
}

const off = new WeakSet<Telemetry>();

/** Telemetry that is off: it opens nothing and does nothing. */
export function idle(config: EffectiveConfig): Telemetry {
	const telemetry: Telemetry = {
		config,
		flush: async () => undefined,
		shutdown: async () => undefined,
		stats: () => sum([]),
		[Symbol.asyncDispose]: async () => undefined,
	};
	off.add(telemetry);
	return telemetry;
}

/** Whether it is telemetry that is off. */
export function isIdle(telemetry: Telemetry): boolean {
	return off.has(telemetry);
}

/** Adds up what the presets count. */
export function sum(parts: readonly PresetParts[]): TelemetryStats {
	const all = parts.flatMap((part) => part.stats?.() ?? []);
	return {
		spans: total(all.map(({ spans }) => spans)),
		metricPoints: total(all.map(({ metricPoints }) => metricPoints)),
		logs: total(all.map(({ logs }) => logs)),
		files: all.flatMap(({ files }) => files),
		backends: all.flatMap(({ backends = [] }) => backends),
		tokens: tokenTotals(),
		unmatchedRules: [],
		problems: Object.fromEntries(problems()),
	};
}

/** What is counted by a preset that sends, and by none else. */
const SENT = ['onDisk', 'adopted', 'deadLetters', 'retries'] as const;

function total(all: readonly SignalCounts[]): SignalCounts {
	const result: SignalCounts = { made: 0, written: 0, queued: 0, dropped: 0, droppedBy: {} };
	for (const counts of all) {
		const { made, written, queued, dropped, droppedBy } = counts;
		result.made += made;
		result.written += written;
		result.queued += queued;
		result.dropped += dropped;
		for (const key of SENT) {
			const amount = counts[key];
			if (amount !== undefined) result[key] = (result[key] ?? 0) + amount;
		}
		for (const [reason, count] of Object.entries(droppedBy)) {
			result.droppedBy[reason] = (result.droppedBy[reason] ?? 0) + count;
		}
	}
	return result;
}
