import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError } from '../../config/common/error.js';
import type { CustomPresetConfig } from '../../config/define.js';
import { type LoadedConfig, loadConfig } from '../../config/load.js';
import { defaultConfig, type EffectiveConfig, type TelemetryConfig } from '../../config/schema/config.js';
import { selectInstrumentations } from '../../config/schema/instrumentations.js';
import { changeLogLevel, installDiagLogger, warnOnceOnStderr, writeStderr } from '../../lib/diagnostics/diag-logger.js';
import { reportConflicts } from '../../lib/runtime/conflicts.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { processState } from '../../lib/runtime/process-state.js';
import type { Instrumentation } from '../instrumentation/load.js';
import { prepareInstrumentations } from '../instrumentation/prepare.js';
import { unsupportedNode } from '../preflight/node-version.js';
import { registeredSdkFault, registeredSignals } from '../preflight/registered-sdk.js';
import { privacyOf, startPrivacy } from '../redaction/privacy.js';
import type { Running } from './running.js';
import { idleTelemetry, isIdle, type Telemetry } from './telemetry.js';

/** One per process: a second copy of the toolkit must not start a second SDK. */
const state = processState('sdk/start', () => ({
	/** The telemetry that runs or is being started. */
	running: undefined as Promise<Telemetry> | undefined,
	/** The shutdown that is under way. */
	stopping: undefined as Promise<void> | undefined,
}));

/**
 * Finds the config, starts the SDK with the presets that the config names, and returns a handle. If nothing is
 * configured, telemetry is written as OTLP JSON lines to files in `.agentese`.
 *
 * If telemetry already runs, the handle is that of the running telemetry; another config than the running one is
 * ignored with a warning. With `OTEL_CONFIG_FILE`, OpenTelemetry's declarative configuration file decides where
 * telemetry is sent. Nothing is started, and the handle does nothing, in these cases:
 *
 * - the config has `enabled: false` or `preset: none`, or `OTEL_SDK_DISABLED` is true
 * - the application has registered an SDK: decorators then use that one
 * - Node is too old for the presets
 *
 * @param argument - a config, which has precedence over the config file, or the path of a config file. @default none: the
 *   file is searched, as `loadConfig` does
 * @returns a promise of the handle
 * @throws ConfigurationError (as a rejection) if the config is faulty, with all faults. With `strict: false` the faults are written to
 * stderr instead, and the handle is one that does nothing
 *
 * @example
 * ```ts
 * import { traced } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * await using telemetry = await startTelemetry({ preset: 'json', serviceName: 'garden' });
 * const greet = traced((name: string) => `hello ${name}`, 'greet');
 * greet('kent'); // => 'hello kent'
 * await telemetry.flush();
 * telemetry.stats().spans; // => expect.objectContaining({ created: 1, delivered: 1 })
 * ```
 */
export function startTelemetry(argument?: TelemetryConfig | string): Promise<Telemetry>;
/**
 * Finds the config, starts the SDK with the presets that the config names, and returns a handle, for a config that
 * names a custom preset. It does the same as for shipped presets; the custom preset's own schema checks its section,
 * which these types do not know.
 *
 * @param argument - a config whose `preset` names a module; it has precedence over the config file
 * @returns a promise of the handle
 * @throws ConfigurationError (as a rejection) if the config is faulty, with all faults. With `strict: false` the faults are written to
 * stderr instead, and the handle is one that does nothing
 */
export function startTelemetry(argument: CustomPresetConfig): Promise<Telemetry>;
/**
 * Matches no call. TypeScript 5 and 6 explain up to three signatures in one error, at the call; of four they explain the
 * last one, at the key that is wrong.
 */
export function startTelemetry(argument: never): Promise<Telemetry>;
/**
 * Finds the config, starts the SDK with the presets that the config names, and returns a handle. If nothing is
 * configured, telemetry is written as OTLP JSON lines to files in `.agentese`. It is the first signature once more, because
 * TypeScript reports a mistake by the last one.
 *
 * @param argument - a config, which has precedence over the config file, or the path of a config file. @default none: the
 *   file is searched, as `loadConfig` does
 * @returns a promise of the handle
 * @throws ConfigurationError (as a rejection) if the config is faulty, with all faults. With `strict: false` the faults are written to
 * stderr instead, and the handle is one that does nothing
 */
export function startTelemetry(argument?: TelemetryConfig | string): Promise<Telemetry>;
export async function startTelemetry(argument?: TelemetryConfig | string): Promise<Telemetry> {
	while (state.stopping !== undefined) await state.stopping;
	if (state.running !== undefined) return alreadyRunning(await state.running, argument);
	const starting = start(argument);
	state.running = starting;
	try {
		const telemetry = await starting;
		if (isIdle(telemetry)) state.running = undefined;
		return telemetry;
	} catch (error) {
		state.running = undefined;
		throw error;
	}
}

/** Returns the running telemetry, and warns if the argument asks for another config. */
async function alreadyRunning(running: Telemetry, argument: TelemetryConfig | string | undefined): Promise<Telemetry> {
	if (argument === undefined) return running;
	const { config } = await loadConfig(argument);
	if (!isDeepStrictEqual(config, running.config)) {
		warnOnce(
			'start/twice',
			'telemetry runs already, with another config than this call has; it continues unchanged. ' +
				'Call restart() on it to hand over to another config, or update() to change rules, sampling, logLevel and headers.',
		);
	}
	return running;
}

/** Loads the config and starts telemetry. A config with `strict: false` never makes it throw a ConfigurationError. */
async function start(argument: TelemetryConfig | string | undefined): Promise<Telemetry> {
	const nodeFault = unsupportedNode();
	if (nodeFault !== undefined) {
		writeStderr(`agentese-otel: ${nodeFault}`);
		return idleTelemetry({ ...defaultConfig(), enabled: false }, nodeFault);
	}
	try {
		return await startLoaded(await loadConfig(argument));
	} catch (error) {
		if (!(error instanceof ConfigurationError) || error.strict) throw error;
		writeStderr(`agentese-otel: ${error.message} Telemetry is off, because of strict: false.`);
		return idleTelemetry({ ...defaultConfig(), enabled: false, strict: false }, error.message);
	}
}

/** Starts telemetry with a loaded config, unless something prevents it; the handle is idle then. */
async function startLoaded(loaded: LoadedConfig): Promise<Telemetry> {
	const { config, declarative, notices } = loaded;
	if (!config.enabled || process.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') {
		return idleTelemetry(config);
	}
	if (config.preset.includes('none') && declarative === undefined) {
		logNotices(notices, config);
		return idleTelemetry(config);
	}
	const installLogger = () => installDiagLogger(config.logLevel);
	const removeLogger = installLogger();
	try {
		logNotices(notices, config);
		if (hasRegisteredSdk(config)) {
			removeLogger();
			// Decorators use the application's SDK, so the toolkit redacts what it writes itself.
			startPrivacy(privacyOf(config), false);
			return idleTelemetry(config);
		}
		return await run(loaded, removeLogger, installLogger);
	} catch (error) {
		removeLogger();
		if (!(error instanceof ConfigurationError)) throw error;
		throw new ConfigurationError(error.faults, config.strict);
	}
}

/** Logs each notice of the config once, on stderr if no logger is installed yet. */
function logNotices(notices: readonly string[], { logLevel }: EffectiveConfig): void {
	const logOnce = ['none', 'error'].includes(logLevel) ? warnOnce : warnOnceOnStderr;
	for (const notice of notices) logOnce(`start/${notice}`, notice);
}

/** Whether the application has registered an SDK. If so, that and the faults of that SDK are logged. */
function hasRegisteredSdk({ rules }: EffectiveConfig): boolean {
	const signals = registeredSignals();
	if (signals.length === 0) return false;
	warnOnceOnStderr(
		'start/foreign',
		`an OpenTelemetry SDK is registered already, for ${signals.join(', ')}; decorators use that one, and ` +
			'startTelemetry starts none beside it. Add nodeSdkConfiguration() to it, or start only one of the two.',
	);
	if (rules.length > 0) {
		warnOnceOnStderr(
			'start/foreign/rules',
			'the rules of the config have no effect with that SDK. Pass it nodeSdkConfiguration() to apply them; the "rate" ' +
				'of a rule needs the sampler of that configuration.',
		);
	}
	reportConflicts();
	const fault = registeredSdkFault();
	if (fault !== undefined) warnOnceOnStderr('start/foreign/context', fault);
	return true;
}

/** Loads the code that needs the SDK, the instrumentations and the presets, and starts them. */
async function run(
	loaded: LoadedConfig,
	removeLogger: () => void,
	installLogger: () => () => void,
): Promise<Telemetry> {
	const { declarative } = loaded;
	// Imported only here: what needs the SDK must not be loaded if nothing is started.
	const [{ runPresets }, { RunningTelemetry }] = await Promise.all([
		import('./running.js'),
		import('./running-telemetry.js'),
	]);
	const instrumentations = await instrumentationsOf(loaded);
	// startNodeSDK sets its own logger, and would report that it replaces one.
	if (declarative !== undefined) removeLogger();
	const running =
		declarative === undefined
			? await runPresets(loaded, instrumentations)
			: await (await import('./declared-start.js')).runDeclared(declarative, loaded, instrumentations, installLogger);
	return new RunningTelemetry(loaded, running, {
		handOver,
		// A declared SDK removes its logger itself.
		removeLogger: declarative === undefined ? removeLogger : () => undefined,
		onShutdown: (stopped) => {
			state.stopping = stopped.finally(() => {
				state.running = undefined;
				state.stopping = undefined;
			});
		},
	});
}

/** Loads and prepares the instrumentations that a config selects. */
function instrumentationsOf({ config, directory, sources }: LoadedConfig): Promise<Instrumentation[]> {
	const key = Object.keys(sources).find(
		(path) => /^autoInstrumentation(\.|$)/.test(path) && sources[path] !== 'default',
	);
	const source = key === undefined ? 'default' : String(sources[key]);
	return prepareInstrumentations(selectInstrumentations(config.autoInstrumentation, source), source, directory);
}

/**
 * Loads a config and starts it in the place of the running one.
 *
 * @throws ConfigurationError if the config is faulty
 * @throws Error if it switches telemetry off, or if `OTEL_CONFIG_FILE` configures one of the two
 */
async function handOver(
	argument: TelemetryConfig | CustomPresetConfig | string | undefined,
	{ handOver: former }: Running,
) {
	// A custom preset's own schema checks its section, which the type of this overload does not know.
	const loaded = await loadConfig(argument as TelemetryConfig | string | undefined);
	const { config, declarative, notices } = loaded;
	if (former === undefined || declarative !== undefined) {
		throw new Error(
			'restart() cannot hand over telemetry that OTEL_CONFIG_FILE configures; it continues unchanged. ' +
				'Await its shutdown(), and call startTelemetry().',
		);
	}
	if (!config.enabled || config.preset.includes('none')) {
		throw new Error(
			`restart() needs a config that exports something; it got ${config.enabled ? 'preset: none' : 'enabled: false'}. ` +
				'Telemetry continues unchanged. Call shutdown() to stop it.',
		);
	}
	logNotices(notices, config);
	const { runPresets } = await import('./running.js');
	const running = await runPresets(loaded, await instrumentationsOf(loaded), former);
	changeLogLevel(config.logLevel);
	return { loaded, running };
}
