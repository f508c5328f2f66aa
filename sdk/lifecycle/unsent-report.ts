import { writeStderr } from '../../lib/diagnostics/diag-logger.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import { whenProcessEnds } from '../process-end/process-end.js';
import { sumStats, type TelemetryStats } from './telemetry.js';

/** The keys of the counts, with the word for one record of each. */
const SIGNALS = { spans: 'span', metricPoints: 'metric point', logs: 'log record' } as const;

/**
 * Whether a preset sends to a backend, and so needs the event loop to flush. A preset without `stats` may send, and
 * counts as one that does.
 */
export function isSending({ stats }: PresetParts): boolean {
	return stats === undefined || (stats().backends ?? []).length > 0;
}

/**
 * Writes one line to stderr at the very end of the process if records could not be sent: those that still wait, and
 * those that were dropped since the end began.
 *
 * @param parts - the parts of the presets that send
 * @returns `begin`, to be called when the end of the process begins, and `stop`, which removes the report
 */
export function reportUnsent(parts: readonly PresetParts[]): { begin(): void; stop(): void } {
	let statsAtBegin: TelemetryStats | undefined;
	const stop = whenProcessEnds((end) => {
		if (end !== 'final') return;
		const stats = sumStats(parts);
		const { backends } = stats;
		const unsent = (Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]).flatMap((signal) => {
			const { queued, dropped } = stats[signal];
			const count = queued + dropped - (statsAtBegin?.[signal].dropped ?? dropped);
			return count === 0 ? [] : [`${count} ${SIGNALS[signal]}${count === 1 ? '' : 's'}`];
		});
		if (unsent.length === 0) return;
		const where = [...new Set(backends.map(({ preset, endpoint }) => `${preset} to ${endpoint}`))].join(', ');
		const reason = backends.find(({ lastError }) => lastError !== undefined)?.lastError;
		writeStderr(
			`agentese-otel: ${unsent.join(', ')} could not be sent before the process ended (${where}), and are lost.` +
				(reason === undefined ? '' : ` Reason: ${reason}`),
		);
	});
	return {
		stop,
		begin: () => {
			statsAtBegin = sumStats(parts);
		},
	};
}
