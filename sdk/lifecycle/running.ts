import type { LoadedConfig } from '../../config/load.js';
import type { EffectiveConfig } from '../../config/schema/config.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { abandonOpenSettlements } from '../../lib/settling/common/finalization.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import type { CheckpointingSpanProcessor } from '../../presets/signals/processors.js';
import { assemble } from '../assemble/assemble.js';
import { setRunningSpans } from '../import-events/running-spans.js';
import { disconnect } from '../instrumentation/disconnect.js';
import type { Instrumentation } from '../instrumentation/load.js';
import { registerRemovably } from '../preflight/registered-sdk.js';
import { whenProcessEnds, whileProcessEnds } from '../process-end/process-end.js';
import { createSdk } from '../providers/create-sdk.js';
import { privacyOf, startPrivacy } from '../redaction/privacy.js';
import { OpenSpanCheckpoints } from '../spans/checkpoint-open-spans.js';
import { OpenSpans } from '../spans/open-spans.js';
import { type ActiveRules, startRules, tracingSettings } from './engine-settings.js';
import { registerSelfMetrics } from './self-metrics.js';
import { sumStats, type Telemetry } from './telemetry.js';
import { isSending, reportUnsent } from './unsent-report.js';

/** The longest time that a flush or a shutdown takes, whatever a disk or a backend does. */
const TIMEOUT_MS = 10_000;

/** Started telemetry: the presets' parts, the rules, and how to stop all of it. */
export interface Running {
	readonly parts: readonly PresetParts[];
	readonly rules: ActiveRules;
	/** Flushes, shuts the SDK down, and undoes the start. Never rejects, and takes at most 10 s. */
	stop(): Promise<void>;
}

/** Undoes one step of the start. A list of them is in the order in which the steps are undone. */
export type Undo = () => void;

/** The handle of telemetry that runs. */
export class RunningTelemetry implements Telemetry {
	readonly config: EffectiveConfig;
	readonly #running: Running;
	readonly #onShutdown: (stopped: Promise<void>) => void;
	#stopped: Promise<void> | undefined;

	/** @param onShutdown - is called with the promise of the shutdown when that begins */
	constructor(config: EffectiveConfig, running: Running, onShutdown: (stopped: Promise<void>) => void) {
		this.config = config;
		this.#running = running;
		this.#onShutdown = onShutdown;
	}

	async flush(): Promise<void> {
		if (this.#stopped !== undefined) return this.#stopped;
		await withTimeout(TIMEOUT_MS, 'flush', flushAll(this.#running.parts));
	}

	shutdown(): Promise<void> {
		if (this.#stopped === undefined) {
			this.#stopped = this.#running.stop();
			this.#onShutdown(this.#stopped);
		}
		return this.#stopped;
	}

	stats() {
		return { ...sumStats(this.#running.parts), unmatchedRules: this.#running.rules.unmatched() };
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.shutdown();
	}
}

/**
 * Starts an SDK with the parts that the presets create from the config. If that fails, everything that was started is
 * undone.
 *
 * @param removeLogger - is called at the stop, last of all
 */
export async function runPresets(
	loaded: LoadedConfig,
	instrumentations: Instrumentation[],
	removeLogger: Undo,
): Promise<Running> {
	// This listener is added before those of the presets, so that they still write the spans that it ends.
	const open = new OpenSpans();
	const undo: Undo[] = [endOpenAtProcessEnd(() => open.interrupt())];
	try {
		const { configuration, parts } = await assemble(loaded);
		const { spanProcessors, resource } = configuration;
		const watched = spanProcessors.length === 0 ? [] : [open, ...spanProcessors];
		// Loaded before the SDK is registered: no other code may run between that and the settings below.
		const fastSpans = watched.length > 0 ? await import('../spans/install.js') : undefined;
		const sdk = await createSdk({ ...configuration, spanProcessors: watched }, instrumentations);
		const unregister = registerRemovably(() => sdk.start());
		undo.unshift(unregister);
		// Attributes at the start of a span are expensive in SDK 3, and only a sampler needs them there.
		const attributesAtStart = parts.some(({ sampler }) => sampler !== undefined);
		undo.push(configureTracing({ ...tracingSettings(loaded.config), attributesAtStart }));
		undo.push(startPrivacy(privacyOf(loaded.config), true));
		if (fastSpans !== undefined) undo.push(fastSpans.installFastSpans());
		// importEvents() passes imported spans to the same processors.
		undo.push(setRunningSpans({ processors: spanProcessors, resource }));
		undo.push(...checkpointOpenSpans(open, spanProcessors));
		const rules = startRules(loaded.config.rules);
		undo.push(rules.stop, registerSelfMetrics(parts), ...flushAtProcessEnd(parts), removeLogger);
		return { parts, rules, stop: () => stop(() => sdk.shutdown(), instrumentations, undo) };
	} catch (error) {
		for (const step of undo) step();
		throw error;
	}
}

/**
 * Stops telemetry: ends open invocations, shuts the SDK down, disconnects the instrumentations and undoes the start.
 * What fails is logged. Never rejects.
 *
 * @param shutdown - shuts the SDK down; it is waited for at most 10 s
 */
export async function stop(
	shutdown: () => Promise<void>,
	instrumentations: readonly Instrumentation[],
	undo: readonly Undo[],
): Promise<void> {
	abandonOpenSettlements();
	await withTimeout(TIMEOUT_MS, 'shutdown', shutdown());
	// Instrumentations would otherwise keep tracers of the SDK that was shut down.
	disconnect(instrumentations);
	for (const step of undo) step();
}

/**
 * Ends, when the process ends, the invocations whose results were not consumed completely.
 *
 * @param interrupt - ends the other open spans afterwards
 * @returns the removal of the listener
 */
export function endOpenAtProcessEnd(interrupt: () => void = () => undefined): Undo {
	return whenProcessEnds((end) => {
		if (end !== 'last') return;
		abandonOpenSettlements();
		interrupt();
	});
}

/** Writes checkpoints of open spans if a processor keeps them, so that they survive a kill of the process. */
function checkpointOpenSpans(open: OpenSpans, processors: readonly CheckpointingSpanProcessor[]): Undo[] {
	const targets = processors.flatMap((processor) => processor.checkpoints ?? []);
	if (targets.length === 0) return [];
	const checkpoints = new OpenSpanCheckpoints(open, targets);
	return [() => checkpoints.stop()];
}

/** When the process ends, flushes the presets that send, and reports what could not be sent. */
function flushAtProcessEnd(parts: readonly PresetParts[]): Undo[] {
	const sending = parts.filter(isSending);
	if (sending.length === 0) return [];
	const unsent = reportUnsent(sending);
	const removeListener = whileProcessEnds(async (end) => {
		if (end === 'last') {
			abandonOpenSettlements();
			unsent.begin();
		}
		await flushAll(sending);
	});
	return [removeListener, unsent.stop];
}

/** Flushes all parts. Rejects with the first failure after all have finished. */
async function flushAll(parts: readonly PresetParts[]): Promise<void> {
	const all = parts.flatMap(({ spanProcessors = [], metricReaders = [], logRecordProcessors = [] }) => [
		...spanProcessors,
		...metricReaders,
		...logRecordProcessors,
	]);
	const outcomes = await Promise.allSettled(all.map(async (part) => part.forceFlush()));
	const failed = outcomes.find(({ status }) => status === 'rejected');
	if (failed?.status === 'rejected') throw failed.reason;
}

/** Waits for the work, at most for `ms`. A failure or a timeout is logged. Never rejects. */
async function withTimeout(ms: number, what: string, work: Promise<unknown>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<void>((resolve) => {
		timer = setTimeout(() => {
			warnOnce(`start/${what}/late`, `${what} did not finish within ${ms} ms; what is not written yet may be lost.`);
			resolve();
		}, ms);
	});
	await Promise.race([work, timeout]).catch((error) => warnOnce(`start/${what}`, `${what} failed.`, error));
	clearTimeout(timer);
}
