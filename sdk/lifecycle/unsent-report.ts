import { writeStderr } from '../../lib/diagnostics/diag-logger.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import { whenProcessEnds } from '../process-end/process-end.js';
import { sum, type TelemetryStats } from './telemetry.js';

/** What is counted, and what a person calls it. */
const SIGNALS = { spans: 'span', metricPoints: 'metric point', logs: 'log record' } as const;

/** Whether the preset sends to somewhere, and so needs a living loop: one that says nothing of itself may. */
export function sends({ stats }: PresetParts): boolean {
	return stats === undefined || (stats().backends ?? []).length > 0;
}

/**
 * Says in one line, at the very end of the process, what was made and could not be sent, where there is any: what
 * waits still, and what was given up since the end began.
 *
 * @param parts - those that send
 * @returns `begin`, to be called when the end begins; and `stop`, which says it no more
 */
export function reportUnsent(parts: readonly PresetParts[]): { begin(): void; stop(): void } {
	let atBegin: TelemetryStats | undefined;
	const stop = whenProcessEnds((end) => {
		if (end !== 'last') return;
		const now = sum(parts);
		const { backends } = now;
		const unsent = (Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]).flatMap((signal) => {
			const { queued, dropped } = now[signal];
			const count = queued + dropped - (atBegin?.[signal].dropped ?? dropped);
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
			atBegin = sum(parts);
		},
	};
}
