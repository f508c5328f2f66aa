import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError } from '../../config/common/error.js';
import type { CustomPresetConfig } from '../../config/define.js';
import { type LoadedConfig, loadConfig } from '../../config/load.js';
import { defaultConfig, type EffectiveConfig, type TelemetryConfig } from '../../config/schema/config.js';
import { select } from '../../config/schema/instrumentations.js';
import { installDiagLogger, warnOnceOnStderr, writeStderr } from '../../lib/diagnostics/diag-logger.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { processState } from '../../lib/runtime/process-state.js';
import { prepareInstrumentations } from '../instrumentation/prepare.js';
import { keepCompiled } from '../preflight/compile-cache.js';
import { unsupportedNode } from '../preflight/node-version.js';
import { otelVersions } from '../preflight/otel-versions.js';
import { faultsOfRegistered, registeredSignals } from '../preflight/registered-sdk.js';
import { privacyOf, startPrivacy } from '../redaction/privacy.js';
import { idle, isIdle, type Telemetry } from './telemetry.js';

const state = processState('sdk/start', () => ({
	running: undefined as Promise<Telemetry> | undefined,
	stopping: undefined as Promise<void> | undefined,
}));

/** The same, for a config with a preset of one's own, whose section these types do not know. */
export function startTelemetry(argument: CustomPresetConfig): Promise<Telemetry>;
/**
 * Finds the config, starts the SDK with the presets that it names, and answers a handle. With nothing configured,
 * telemetry goes to files of OTLP JSON lines in `.agentese`.
 *
 * Called while telemetry runs it answers what runs, and says so once if it was asked for something else. With
 * `enabled: false`, `OTEL_SDK_DISABLED=true` or `preset: none` nothing is opened. Where the application has an SDK of
 * its own, decorators use that one, and nothing is started; so it is where the packages of OpenTelemetry 2.x are
 * installed. With `OTEL_CONFIG_FILE`, OpenTelemetry's own file says where telemetry goes.
 *
 * @param argument - a config, over what a file says; or the path of a config file
 * @throws ConfigurationError where the config is faulty, with all faults; with `strict: false` it says so on stderr
 * and answers a handle that does nothing
 */
export function startTelemetry(argument?: TelemetryConfig | string): Promise<Telemetry>;
export async function startTelemetry(argument?: TelemetryConfig | string): Promise<Telemetry> {
	while (state.stopping !== undefined) await state.stopping;
	if (state.running !== undefined) return sameAgain(await state.running, argument);
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

async function sameAgain(running: Telemetry, argument: TelemetryConfig | string | undefined): Promise<Telemetry> {
	if (argument === undefined) return running;
	const { config } = await loadConfig(argument);
	if (!isDeepStrictEqual(config, running.config)) {
		warnOnce(
			'start/twice',
			'telemetry runs already, with another config than the one asked for now; it goes on as it is. ' +
				'Await its shutdown() before starting it otherwise.',
		);
	}
	return running;
}

async function start(argument: TelemetryConfig | string | undefined): Promise<Telemetry> {
	const old = unsupportedNode();
	if (old !== undefined) {
		writeStderr(`agentese-otel: ${old}`);
		return idle({ ...defaultConfig(), enabled: false });
	}
	try {
		return await startLoaded(await loadConfig(argument));
	} catch (error) {
		if (!(error instanceof ConfigurationError) || error.strict) throw error;
		writeStderr(`agentese-otel: ${error.message} Telemetry is off, as strict: false asks.`);
		return idle({ ...defaultConfig(), enabled: false, strict: false });
	}
}

async function startLoaded(loaded: LoadedConfig): Promise<Telemetry> {
	const { config, declarative, directory, notices } = loaded;
	if (!config.enabled || process.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return idle(config);
	if (config.preset.includes('none') && declarative === undefined) return idle(config);
	const { refused, warned } = otelVersions(directory);
	if (refused !== undefined) {
		writeStderr(`agentese-otel: ${refused}`);
		return idle(config);
	}
	const lend = () => installDiagLogger(config.logLevel);
	const silence = lend();
	try {
		for (const notice of [...notices, ...(warned === undefined ? [] : [warned])]) warnOnce(`start/${notice}`, notice);
		if (leftToOthers(config)) {
			silence();
			startPrivacy(privacyOf(config), false);
			return idle(config);
		}
		return await run(loaded, silence, lend);
	} catch (error) {
		silence();
		if (!(error instanceof ConfigurationError)) throw error;
		throw new ConfigurationError(error.faults, config.strict);
	}
}

/** True where somebody else's SDK is registered: that one is used, and what is wrong with it is said. */
function leftToOthers({ rules }: EffectiveConfig): boolean {
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
			'the rules of the config do not hold with that SDK. nodeSdkConfiguration() makes them hold; the "rate" of a rule ' +
				'only by the sampler that it answers.',
		);
	}
	for (const fault of faultsOfRegistered()) warnOnceOnStderr(`start/foreign/${fault}`, fault);
	return true;
}

async function run(loaded: LoadedConfig, silence: () => void, lend: () => () => void): Promise<Telemetry> {
	const { config, declarative, directory, sources } = loaded;
	if (config.compileCache) keepCompiled();
	// Only now: whatever needs the SDK must not be loaded where `neighbours` refuses it, or where nothing is started.
	const { RunningTelemetry, runDeclared, runPresets } = await import('./running.js');
	const said = Object.keys(sources).find((key) => /^autoInstrumentation(\.|$)/.test(key) && sources[key] !== 'default');
	const source = said === undefined ? 'default' : String(sources[said]);
	const selection = select(config.autoInstrumentation, source);
	const instrumentations = await prepareInstrumentations(selection, source, directory);
	if (declarative !== undefined) silence();
	const running =
		declarative === undefined
			? await runPresets(loaded, instrumentations, silence)
			: await runDeclared(declarative, loaded, instrumentations, lend);
	return new RunningTelemetry(config, running, (stopped) => {
		state.stopping = stopped.finally(() => {
			state.running = undefined;
			state.stopping = undefined;
		});
	});
}
