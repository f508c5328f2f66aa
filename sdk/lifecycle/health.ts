import type { SignalCounts } from '../../delivery/common/counts.js';
import { platform } from '../../lib/runtime/platform.js';
import type { PresetParts, PresetStats } from '../../presets/contract/preset.js';
import type { DeliveryParts } from '../../presets/otlp/parts.js';
import type { PipelineFill } from '../../presets/otlp/pipelines.js';

/**
 * Whether telemetry is delivered.
 *
 * @example
 * ```ts
 * import type { TelemetryHealth } from 'agentese-otel/presets';
 *
 * const isUsable = ({ status }: TelemetryHealth) => status !== 'failing';
 * isUsable({ status: 'degraded', reasons: ['…'] }); // => true
 * ```
 */
export interface TelemetryHealth {
	/** `ok`: everything is delivered. `degraded`: it is late, or about to be lost. `failing`: it is being lost. */
	status: 'ok' | 'degraded' | 'failing';
	/** A sentence for each problem, without secrets, the failing ones first. Empty if the status is `ok`. */
	reasons: string[];
}

/** How long a loss counts after it was noticed, in milliseconds. */
const RECENT_MS = 60_000;

/** From when on a backend that is unreachable counts as failing, in milliseconds. */
const LONG_OUTAGE_MS = 5 * 60_000;

/** From which share of its bound on a queue counts as nearly full. */
const NEARLY_FULL = 0.8;

/** The names of the counts, with the word for the records of each. */
const SIGNALS = { spans: 'spans', metricPoints: 'metric points', logs: 'log records' } as const;

/** What a signal's counts were when `health()` was called last, and when they have risen. */
interface Seen {
	lost: number;
	rejected: number;
	delivered: number;
	/** In milliseconds since 1970; 0 if none was noticed. */
	lostAt: number;
	rejectedAt: number;
	deliveredAt: number;
}

/** Judges the counts of the running presets. It remembers those of its last call, and sets no timers. */
export class HealthWatch {
	readonly #now: () => number;
	readonly #seen = new Map<string, Seen>();

	/** @param now - returns the time in milliseconds since 1970. @default Date.now */
	constructor(now: () => number = platform.dateNow) {
		this.#now = now;
	}

	/**
	 * Returns the health.
	 *
	 * @param parts - the parts of the running presets, for how full their queues are
	 */
	check(stats: PresetStats, parts: readonly PresetParts[]): TelemetryHealth {
		const failing: string[] = [];
		const degraded: string[] = [];
		for (const [signal, records] of Object.entries(SIGNALS)) {
			this.#checkLosses(records, stats[signal as keyof typeof SIGNALS], failing, degraded);
		}
		for (const { preset, endpoint, unreachableSince, lastError } of stats.backends ?? []) {
			if (unreachableSince === undefined) continue;
			const ms = this.#now() - unreachableSince;
			const list = ms >= LONG_OUTAGE_MS ? failing : degraded;
			const reason = lastError === undefined ? '' : ` Reason: ${lastError}`;
			list.push(`the ${preset} preset has not reached ${endpoint} for ${Math.round(ms / 1000)} s.${reason}`);
		}
		for (const part of parts) for (const fill of fillOf(part)) degraded.push(...nearlyFull(fill));
		if (failing.length > 0) return { status: 'failing', reasons: [...failing, ...degraded] };
		return { status: degraded.length > 0 ? 'degraded' : 'ok', reasons: degraded };
	}

	/** Adds what was lost or rejected of one signal since the last call, or in the last minute before it. */
	#checkLosses(records: string, counts: SignalCounts, failing: string[], degraded: string[]): void {
		const now = this.#now();
		const { rejected = 0, delivered, droppedBy } = counts;
		// Those that a backend refused are judged by themselves: others may be accepted.
		const refused = droppedBy['refused'] ?? 0;
		const lost = counts.dropped - refused;
		const before = this.#seen.get(records);
		const risenAt = (value: number, last = 0, at = 0) => (value > last ? now : at);
		const seen: Seen = {
			...{ lost, rejected: refused, delivered },
			lostAt: risenAt(lost, before?.lost, before?.lostAt),
			rejectedAt: risenAt(refused, before?.rejected, before?.rejectedAt),
			deliveredAt: risenAt(delivered, before?.delivered, before?.deliveredAt),
		};
		this.#seen.set(records, seen);
		const isRecent = (at: number) => at > 0 && now - at < RECENT_MS;
		if (isRecent(seen.lostAt)) {
			const reasons = Object.entries(droppedBy).filter(([reason, count]) => reason !== 'refused' && count > 0);
			const list = reasons.map(([reason, count]) => `${reason}: ${count}`).join(', ');
			failing.push(`${lost} ${records} are lost since the start (${list}), the latest in the last minute.`);
		}
		if (isRecent(seen.rejectedAt)) {
			const kept = rejected === 0 ? '' : `, ${rejected} of them are kept in files`;
			const sentence = `a backend has rejected ${refused} ${records} since the start${kept}, the latest in the last minute.`;
			(isRecent(seen.deliveredAt) ? degraded : failing).push(sentence);
		}
	}
}

/** How full the queues of a preset are; an empty list if it has none. */
function fillOf(parts: PresetParts): readonly PipelineFill[] {
	return (parts as Partial<DeliveryParts>).fill?.() ?? [];
}

/** Sentences on the bounds that are nearly reached. */
function nearlyFull({ preset, records, memory, disk }: PipelineFill): string[] {
	const sentence = (share: number, where: string, key: string) =>
		share < NEARLY_FULL
			? []
			: [
					`the ${records} of the ${preset} preset take ${Math.round(share * 100)} % of what may wait ${where} (${key}).`,
				];
	return [
		...sentence(memory, 'in memory', 'delivery.maxQueueBytes'),
		...sentence(disk, 'on disk', 'delivery.maxBytes'),
	];
}
