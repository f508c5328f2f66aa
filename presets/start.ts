import { isDeepStrictEqual } from 'node:util';
import { sayOnce } from '../lib/runtime/say.js';
import { shared } from '../lib/runtime/shared.js';
import { endOpen } from '../lib/settling/collected.js';
import { configureTracing } from '../lib/tracing/settings.js';
import type { TelemetryConfig } from './config.js';
import { ConfigurationError } from './configuration-error.js';
import { whenProcessEnds } from './ending.js';
import { registeredSignals, removable } from './globals.js';
import { type LoadedConfig, loadConfig } from './load.js';
import type { PresetParts } from './preset.js';
import { idle, sum, type Telemetry } from './telemetry.js';
import { lendVoice, sayLine } from './voice.js';

/** Neither a flush nor a shutdown takes longer than this, whatever a disk or a backend does. */
const PATIENCE_MS = 10_000;

const state = shared('presets/start', () => ({
	running: undefined as Promise<Telemetry> | undefined,
	stopping: undefined as Promise<void> | undefined,
}));

/**
 * Finds the config, starts the SDK with the presets that it names, and answers a handle. With nothing configured,
 * telemetry goes to files of OTLP JSON lines in `.agentese`.
 *
 * Called while telemetry runs it answers what runs, and says so once if it was asked for something else. With
 * `enabled: false`, `OTEL_SDK_DISABLED=true` or `preset: none` nothing is opened. Where the application has an SDK of
 * its own, decorators use that one, and nothing is started.
 *
 * @param argument - a config, over what a file says; or the path of a config file
 * @throws ConfigurationError where the config is faulty, with all faults; with `strict: false` it says so on stderr
 * and answers a handle that does nothing
 */
export async function startTelemetry(argument?: TelemetryConfig | string): Promise<Telemetry> {
	while (state.stopping !== undefined) await state.stopping;
	if (state.running !== undefined) return sameAgain(await state.running, argument);
	const starting = start(argument);
	state.running = starting;
	try {
		const telemetry = await starting;
		if (!(telemetry instanceof RunningTelemetry)) state.running = undefined;
		return telemetry;
	} catch (error) {
		state.running = undefined;
		throw error;
	}
}

async function sameAgain(running: Telemetry, argument: TelemetryConfig | string | undefined): Promise<Telemetry> {
	if (argument === undefined) return running;
	const { config } = await loadConfig(argument);
	if (!isDeepStrictEqual(config, running.config)) {
		sayOnce(
			'start/twice',
			'telemetry runs already, with another config than the one asked for now; it goes on as it is. ' +
				'Await its shutdown() before starting it otherwise.',
		);
	}
	return running;
}

async function start(argument: TelemetryConfig | string | undefined): Promise<Telemetry> {
	const loaded = await load(argument);
	const { config } = loaded;
	if (!config.enabled || process.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return idle(config);
	if (config.preset.includes('none')) return idle(config);
	const silence = lendVoice();
	const signals = registeredSignals();
	if (signals.length > 0) {
		sayOnce(
			'start/foreign',
			`an OpenTelemetry SDK is registered already, for ${signals.join(', ')}; decorators use that one, and ` +
				'startTelemetry starts none beside it. Add nodeSdkConfiguration() to it, or start only one of the two.',
		);
		silence();
		return idle(config);
	}
	try {
		return await RunningTelemetry.start(loaded, silence);
	} catch (error) {
		silence();
		throw error;
	}
}

async function load(argument: TelemetryConfig | string | undefined): Promise<LoadedConfig> {
	try {
		return await loadConfig(argument);
	} catch (error) {
		if (!(error instanceof ConfigurationError) || error.strict) throw error;
		sayLine(`agentese-otel: ${error.message} Telemetry is off, as strict: false asks.`);
		const { defaultConfig } = await import('./config.js');
		return { config: { ...defaultConfig(), enabled: false, strict: false }, sources: {}, directory: process.cwd() };
	}
}

class RunningTelemetry implements Telemetry {
	readonly config: LoadedConfig['config'];
	readonly #parts: readonly PresetParts[];
	readonly #stop: () => Promise<void>;
	#stopped: Promise<void> | undefined;

	private constructor(config: LoadedConfig['config'], parts: readonly PresetParts[], stop: () => Promise<void>) {
		this.config = config;
		this.#parts = parts;
		this.#stop = stop;
	}

	static async start(loaded: LoadedConfig, silence: () => void): Promise<RunningTelemetry> {
		const [{ NodeSDK }, { assemble }] = await Promise.all([import('@opentelemetry/sdk-node'), import('./sdk.js')]);
		// Before the presets' own writers, so that they still write what ends here.
		const forget = whenProcessEnds((end) => {
			if (end === 'last') endOpen();
		});
		try {
			const { configuration, parts } = await assemble(loaded);
			const sdk = new NodeSDK(configuration);
			const removeGlobals = removable(() => sdk.start());
			// No sampler of ours reads attributes, and on SDK 3 they are dear at the start of a span.
			const restore = configureTracing({ spanName: loaded.config.spanName, attributesAtStart: false });
			return new RunningTelemetry(loaded.config, parts, async () => {
				endOpen();
				await within(PATIENCE_MS, 'shutdown', sdk.shutdown());
				removeGlobals();
				restore();
				forget();
				silence();
			});
		} catch (error) {
			forget();
			throw error;
		}
	}

	async flush(): Promise<void> {
		const all = this.#parts.flatMap(({ spanProcessors = [], metricReaders = [], logRecordProcessors = [] }) => [
			...spanProcessors,
			...metricReaders,
			...logRecordProcessors,
		]);
		if (this.#stopped !== undefined) return this.#stopped;
		await within(PATIENCE_MS, 'flush', Promise.all(all.map((part) => part.forceFlush())));
	}

	shutdown(): Promise<void> {
		if (this.#stopped === undefined) {
			this.#stopped = this.#stop().finally(() => {
				state.running = undefined;
				state.stopping = undefined;
			});
			state.stopping = this.#stopped;
		}
		return this.#stopped;
	}

	stats() {
		return sum(this.#parts);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.shutdown();
	}
}

/** Waits for the work, but not for ever; what fails is said and goes no further. */
async function within(ms: number, what: string, work: Promise<unknown>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<void>((resolve) => {
		timer = setTimeout(() => {
			sayOnce(`start/${what}/late`, `${what} was not done within ${ms} ms; what is not written yet may be lost.`);
			resolve();
		}, ms);
	});
	await Promise.race([work, late]).catch((error) => sayOnce(`start/${what}`, `${what} failed.`, error));
	clearTimeout(timer);
}
