import { diag } from '@opentelemetry/api';
import type { LoadedConfig } from '../../config/load.js';
import type { EffectiveConfig } from '../../config/schema/config.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { endOpen } from '../../lib/settling/common/finalization.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import type { CheckpointingSpanProcessor } from '../../presets/signals/processors.js';
import { assemble } from '../assemble/assemble.js';
import { warnRatesIgnored } from '../assemble/rule-rates.js';
import { setRunningSpans } from '../import-events/running-spans.js';
import { disconnect } from '../instrumentation/disconnect.js';
import type { Instrumentation } from '../instrumentation/load.js';
import { removable } from '../preflight/registered-sdk.js';
import { whenProcessEnds, whileProcessEnds } from '../process-end/process-end.js';
import { sdkOf } from '../providers/create-sdk.js';
import { startDeclared } from '../providers/declarative.js';
import { privacyOf, startPrivacy } from '../redaction/privacy.js';
import { OpenSpanCheckpoints } from '../spans/checkpoint-open-spans.js';
import { OpenSpans } from '../spans/open-spans.js';
import { type HeldRules, startRules, tracingOf } from './engine-settings.js';
import { registerSelfMetrics } from './self-metrics.js';
import { sum, type Telemetry } from './telemetry.js';
import { reportUnsent, sends } from './unsent-report.js';

/** Neither a flush nor a shutdown takes longer than this, whatever a disk or a backend does. */
const PATIENCE_MS = 10_000;

/** What runs: the presets' parts, and how to stop them. */
export interface Running {
	readonly parts: readonly PresetParts[];
	readonly rules: HeldRules;
	stop(): Promise<void>;
}

/** One thing that is taken back at the stop; they are in the order in which that is done. */
type Undo = () => void;

/** Telemetry that is on. */
export class RunningTelemetry implements Telemetry {
	readonly config: EffectiveConfig;
	readonly #running: Running;
	readonly #gone: (stopped: Promise<void>) => void;
	#stopped: Promise<void> | undefined;

	/** @param gone - is told the promise of the shutdown when that begins */
	constructor(config: EffectiveConfig, running: Running, gone: (stopped: Promise<void>) => void) {
		this.config = config;
		this.#running = running;
		this.#gone = gone;
	}

	async flush(): Promise<void> {
		if (this.#stopped !== undefined) return this.#stopped;
		await within(PATIENCE_MS, 'flush', flushAll(this.#running.parts));
	}

	shutdown(): Promise<void> {
		if (this.#stopped === undefined) {
			this.#stopped = this.#running.stop();
			this.#gone(this.#stopped);
		}
		return this.#stopped;
	}

	stats() {
		return { ...sum(this.#running.parts), unmatchedRules: this.#running.rules.unmatched() };
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.shutdown();
	}
}

/** Starts an SDK with what the presets make of the config. */
export async function runPresets(
	loaded: LoadedConfig,
	instrumentations: Instrumentation[],
	silence: Undo,
): Promise<Running> {
	// Before the presets' own writers, so that they still write what ends here.
	const open = new OpenSpans();
	const undo: Undo[] = [endingOpen(() => open.interrupt())];
	try {
		const { configuration, parts } = await assemble(loaded);
		const { spanProcessors, resource } = configuration;
		const watched = spanProcessors.length === 0 ? [] : [open, ...spanProcessors];
		// Before the SDK is registered: between that and the settings below no other code may run.
		const own = watched.length > 0 ? await import('../spans/install.js') : undefined;
		const sdk = await sdkOf({ ...configuration, spanProcessors: watched }, instrumentations);
		const removeGlobals = removable(() => sdk.start());
		undo.unshift(removeGlobals);
		// Where no sampler reads attributes, they are dear at the start of a span on SDK 3.
		const attributesAtStart = parts.some(({ sampler }) => sampler !== undefined);
		undo.push(configureTracing({ ...tracingOf(loaded.config), attributesAtStart }));
		undo.push(startPrivacy(privacyOf(loaded.config), true));
		if (own !== undefined) undo.push(own.installFastSpans());
		undo.push(setRunningSpans({ processors: spanProcessors, resource }));
		undo.push(...notingOpen(open, spanProcessors));
		const rules = startRules(loaded.config.rules);
		undo.push(rules.stop, registerSelfMetrics(parts), ...endingParts(parts), silence);
		return { parts, rules, stop: () => stop(() => sdk.shutdown(), instrumentations, undo) };
	} catch (error) {
		for (const step of undo) step();
		throw error;
	}
}

/**
 * Lets OpenTelemetry's own file set up everything, and takes care of the end.
 *
 * @param lend - gives OpenTelemetry its voice back, which `startNodeSDK` takes
 */
export async function runDeclared(
	file: string,
	{ config }: LoadedConfig,
	instrumentations: Instrumentation[],
	lend: () => Undo,
): Promise<Running> {
	const start = await startDeclared(file, instrumentations);
	let sdk: ReturnType<typeof start> | undefined;
	const removeGlobals = removable(() => {
		sdk = start();
	});
	const silence = takeVoiceBack(lend);
	// Its sampler is not ours, and may read attributes.
	const restore = configureTracing({ ...tracingOf(config), attributesAtStart: true });
	let ended: Promise<void> | undefined;
	const shutdown = async () => {
		ended ??= sdk?.shutdown();
		await ended;
	};
	const forget = whileProcessEnds(async (end) => {
		if (end !== 'last') return;
		endOpen();
		await shutdown();
	});
	warnRatesIgnored(config.rules, 'the file that OTEL_CONFIG_FILE names');
	const rules = startRules(config.rules);
	const privacy = startPrivacy(privacyOf(config), false);
	const undo = [removeGlobals, restore, privacy, rules.stop, endingOpen(), forget, silence];
	return { parts: [], rules, stop: () => stop(shutdown, instrumentations, undo) };
}

/** `startNodeSDK` sets a console logger at the level info in any case; only `OTEL_LOG_LEVEL` asked for one. */
function takeVoiceBack(lend: () => Undo): Undo {
	if (process.env['OTEL_LOG_LEVEL']) return () => undefined;
	diag.disable();
	return lend();
}

async function stop(
	shutdown: () => Promise<void>,
	instrumentations: readonly Instrumentation[],
	undo: readonly Undo[],
): Promise<void> {
	endOpen();
	await within(PATIENCE_MS, 'shutdown', shutdown());
	disconnect(instrumentations);
	for (const step of undo) step();
}

/** What nobody will consume any more ends with the process. */
function endingOpen(interrupt: () => void = () => undefined): Undo {
	return whenProcessEnds((end) => {
		if (end !== 'last') return;
		endOpen();
		interrupt();
	});
}

/** Has noted what is open, where somebody can read it after a kill. */
function notingOpen(open: OpenSpans, processors: readonly CheckpointingSpanProcessor[]): Undo[] {
	const noting = processors.flatMap((one) => one.noting ?? []);
	if (noting.length === 0) return [];
	const notes = new OpenSpanCheckpoints(open, noting);
	return [() => notes.stop()];
}

/** Sends what a living loop can send when the process ends, and counts the rest. */
function endingParts(parts: readonly PresetParts[]): Undo[] {
	const sending = parts.filter(sends);
	if (sending.length === 0) return [];
	const unsent = reportUnsent(sending);
	const forget = whileProcessEnds(async (end) => {
		if (end === 'last') {
			endOpen();
			unsent.begin();
		}
		await flushAll(sending);
	});
	return [forget, unsent.stop];
}

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

/** Waits for the work, but not for ever; what fails is said and goes no further. */
async function within(ms: number, what: string, work: Promise<unknown>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<void>((resolve) => {
		timer = setTimeout(() => {
			warnOnce(`start/${what}/late`, `${what} was not done within ${ms} ms; what is not written yet may be lost.`);
			resolve();
		}, ms);
	});
	await Promise.race([work, late]).catch((error) => warnOnce(`start/${what}`, `${what} failed.`, error));
	clearTimeout(timer);
}
