import type { LoadedConfig } from '../../config/load.js';
import type { EffectiveConfig } from '../../config/schema/config.js';
import { untraced } from '../../delivery/common/untraced.js';
import { changeLogLevel } from '../../lib/diagnostics/diag-logger.js';
import { instruments } from '../../lib/instruments/instruments.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import { beginEpoch } from '../../lib/runtime/epoch.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { platform } from '../../lib/runtime/platform.js';
import { abandonOpenSettlements } from '../../lib/settling/common/finalization.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import type { CheckpointingSpanProcessor } from '../../presets/signals/processors.js';
import { assemble } from '../assemble/assemble.js';
import type { ChangeableSampler } from '../assemble/sampler.js';
import { setRunningSpans } from '../import-events/running-spans.js';
import { disconnect } from '../instrumentation/disconnect.js';
import type { Instrumentation } from '../instrumentation/load.js';
import { type Registration, registerInPlaceOf, registerRemovably } from '../preflight/registered-sdk.js';
import { whenProcessEnds, whileProcessEnds } from '../process-end/process-end.js';
import { createSdk } from '../providers/create-sdk.js';
import { privacyOf, startPrivacy } from '../redaction/privacy.js';
import { OpenSpanCheckpoints } from '../spans/checkpoint-open-spans.js';
import { OpenSpans } from '../spans/open-spans.js';
import { redirectToCurrent, redirectWhenRegistered, setCurrentProcessors } from '../spans/redirect-spans.js';
import { type ActiveRules, startRules, tracingSettings } from './engine-settings.js';
import { registerSelfMetrics } from './self-metrics.js';
import { isSending, reportUnsent } from './unsent-report.js';

/** The longest time that a flush or a shutdown takes, whatever a disk or a backend does, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** How often the open spans of an SDK that was replaced are looked at, in milliseconds. */
const POLL_MS = 50;

/** How long the metrics of invocations that began before a hand-over are waited for, in milliseconds. */
const METRICS_GRACE_MS = 1000;

/** Started telemetry: the presets' parts, the rules, and how to change and stop all of it. */
export interface Running {
	readonly parts: readonly PresetParts[];
	readonly rules: ActiveRules;
	/**
	 * Loads what a changed config needs.
	 *
	 * @param former - the config in effect
	 * @returns a function that puts the rules, rates, headers and log level of `next` into effect before it returns
	 */
	prepareUpdate(former: EffectiveConfig, next: LoadedConfig): Promise<() => void>;
	/** How another SDK takes the place of this one; undefined if that is not possible. */
	readonly handOver: HandOver | undefined;
	/** Flushes, shuts the SDK down, and undoes the start. Never rejects, and takes at most 10 s. */
	stop(): Promise<void>;
}

/** How one SDK takes the place of another. */
export interface HandOver {
	/** What the SDK has registered with the API. */
	readonly registration: Registration;
	/** Ends everything that must not be in effect twice, so that the next SDK can be registered in the same tick. */
	detach(): void;
	/**
	 * Shuts the SDK down after the next one was registered: waits for the open spans, at most 10 s, delivers everything,
	 * and leaves the spans that end later to the next one. Never rejects.
	 *
	 * @param next - the spans and the sampler of the SDK that was registered in its place
	 * @param hurry - ends the wait for open spans
	 */
	close(next: HandOver, hurry: Promise<void>): Promise<void>;
	/** The spans that are open. */
	readonly open: OpenSpans;
	readonly sampler: ChangeableSampler;
}

/** Undoes one step of the start. A list of them is in the order in which the steps are undone. */
export type Undo = () => void;

/**
 * Starts an SDK with the parts that the presets create from the config. If that fails, everything that was started is
 * undone.
 *
 * @param former - the SDK whose place it takes. If the parts cannot be created, that one is left as it is
 */
export async function runPresets(
	loaded: LoadedConfig,
	instrumentations: Instrumentation[],
	former?: HandOver,
): Promise<Running> {
	const { config } = loaded;
	// This listener is added before those of the presets, so that they still write the spans that it ends.
	const open = new OpenSpans();
	/** What is undone when another SDK takes the place. */
	const settings: Undo[] = [];
	/** What is undone when everything is delivered. */
	const listeners: Undo[] = [endOpenAtProcessEnd(() => open.interrupt())];
	try {
		const { configuration, parts, sampler, setHeaders } = await assemble(loaded);
		const { spanProcessors, resource } = configuration;
		const watched = spanProcessors.length === 0 ? [] : [open, ...spanProcessors];
		// Loaded before the SDK is registered: no other code may run between that and the settings below.
		const fastSpans = watched.length > 0 ? await import('../spans/install.js') : undefined;
		const sdk = await createSdk({ ...configuration, spanProcessors: watched }, instrumentations);
		// From here to the end everything happens in one tick, so that no call is made between two SDKs.
		former?.detach();
		const registration =
			former === undefined
				? registerRemovably(() => sdk.start())
				: registerInPlaceOf(former.registration, () => sdk.start());
		settings.push(registration.remove);
		setCurrentProcessors(watched);
		// Attributes at the start of a span are expensive in SDK 3, and only a sampler needs them there.
		const attributesAtStart = parts.some((part) => part.sampler !== undefined);
		settings.push(configureTracing({ ...tracingSettings(config), attributesAtStart }));
		settings.push(startPrivacy(privacyOf(config), true));
		if (fastSpans !== undefined) settings.push(fastSpans.installFastSpans());
		// importEvents() passes imported spans to the same processors.
		settings.push(setRunningSpans({ processors: spanProcessors, resource }));
		// Created before the first collection, so that it has the series of declared paths.
		instruments();
		const rules = startRules(config.rules);
		settings.push(rules.stop, registerSelfMetrics(parts));
		listeners.push(...checkpointOpenSpans(open, spanProcessors));
		listeners.push(...flushAtProcessEnd(parts, config.delivery.endTimeout));
		const shutDownSdk = () => withTimeout(TIMEOUT_MS, 'shutdown', sdk.shutdown());
		return {
			parts,
			rules,
			async prepareUpdate(before, next) {
				const changeRates = await sampler.prepareRates(next);
				return () => {
					const { rules: nextRules, sampling } = next.config;
					if (nextRules !== before.rules) rules.replace(nextRules);
					if (nextRules !== before.rules || sampling.rate !== before.sampling.rate) changeRates();
					setHeaders(next.config);
					changeLogLevel(next.config.logLevel);
					// What is known of the sampler is cached for one epoch.
					beginEpoch();
				};
			},
			handOver: {
				...{ registration, open, sampler },
				detach: () => {
					disconnect(instrumentations);
					// All but the registration: its context manager stays.
					for (const step of settings.slice(1)) step();
				},
				async close(next, hurry) {
					await untilEnded(open, configuration.metricReaders.length > 0 ? METRICS_GRACE_MS : 0, hurry);
					for (const span of open) next.open.onStart(span);
					const done = shutDownSdk();
					// In the same tick: what ends from here on is delivered by the next SDK.
					redirectToCurrent(watched);
					sampler.follow(next.sampler);
					await done;
					for (const step of listeners) step();
				},
			},
			stop: () => {
				redirectWhenRegistered(watched);
				const shutDown = () => {
					// Nothing ends these spans that could still be delivered.
					open.interrupt();
					return sdk.shutdown();
				};
				return stop(shutDown, instrumentations, [...settings, ...listeners]);
			},
		};
	} catch (error) {
		for (const step of [...settings, ...listeners]) step();
		throw error;
	}
}

/**
 * Waits until all spans have ended that were open when another SDK was registered, at most 10 s, so that they are
 * delivered by the SDK that they began under. Never rejects, and does not keep the process alive.
 *
 * @param leastMs - how long to wait at least, in milliseconds: unsampled invocations are not among the open spans, and
 *   their metrics belong to the SDK that they began under
 * @param hurry - ends the wait at once
 */
async function untilEnded(open: OpenSpans, leastMs: number, hurry: Promise<void>): Promise<void> {
	const began = platform.performanceNow();
	let hurried = false;
	const ended = hurry.then(() => {
		hurried = true;
	});
	// One macrotask at least: what was called before may end its span without waiting for anything.
	for (let waitMs = 0; !hurried; waitMs = POLL_MS) {
		let timer: NodeJS.Timeout | undefined;
		const polled = new Promise<void>((resolve) => {
			timer = untraced(() => platform.setTimeout(resolve, waitMs).unref());
		});
		await Promise.race([polled, ended]);
		platform.clearTimeout(timer);
		const waitedMs = platform.performanceNow() - began;
		if (waitedMs >= TIMEOUT_MS || (waitedMs >= leastMs && open.isEmpty)) return;
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
		if (end !== 'final') return;
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

/**
 * When the process ends, flushes the presets that send, and reports what could not be sent.
 *
 * @param maxMs - how long the end of the process waits for the flush at most, in milliseconds
 */
function flushAtProcessEnd(parts: readonly PresetParts[], maxMs: number): Undo[] {
	const sending = parts.filter(isSending);
	if (sending.length === 0) return [];
	const unsent = reportUnsent(sending);
	const removeListener = whileProcessEnds(async (end) => {
		if (end === 'final') {
			abandonOpenSettlements();
			unsent.begin();
		}
		await flushAll(sending);
	}, maxMs);
	return [removeListener, unsent.stop];
}

/** Flushes all parts, at most for 10 s. What fails is logged. Never rejects. */
export function flush(parts: readonly PresetParts[]): Promise<void> {
	return withTimeout(TIMEOUT_MS, 'flush', flushAll(parts));
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
		timer = platform.setTimeout(() => {
			warnOnce(`start/${what}/late`, `${what} did not finish within ${ms} ms; what is not written yet may be lost.`);
			resolve();
		}, ms);
	});
	await Promise.race([work, timeout]).catch((error) => warnOnce(`start/${what}`, `${what} failed.`, error));
	platform.clearTimeout(timer);
}
