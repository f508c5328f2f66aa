import { homeDirectory } from '../../config/common/directories.js';
import type { CustomBackend, OtlpBackend } from '../../presets/contract/custom-backend.js';
import type { PresetEnvironment, PresetParts } from '../../presets/contract/preset.js';
import type { Routes } from '../../presets/otlp/route.js';

/** A list of signals. */
type Signals = PresetEnvironment['signals'];

/** The signals that a backend receives by default. */
const SIGNALS: Signals = ['traces', 'metrics', 'logs'];

/** A checked backend of a custom preset. */
export interface CheckedBackend {
	/** How each signal is sent to the backend. */
	readonly routes: Routes;
	/** The signals that are sent to the backend. */
	readonly signals: Signals;
	/** The temporality of its metrics. */
	readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
}

/** The keys of a backend with a custom `send`. */
const CUSTOM_BACKEND_KEYS = ['endpoint', 'encoding', 'timeout', 'temporality', 'signals', 'send', 'close'];

/**
 * Creates the parts of a custom preset that sends to a backend, with the same queue, journal and sender as the shipped
 * presets have. It is `deliver` in the environment that `make` receives.
 *
 * @param preset - the name of the preset in messages, in counts and in the folders of the journal
 * @throws TypeError if the description of the backend is wrong
 */
export async function deliver(
	preset: string,
	to: OtlpBackend | CustomBackend,
	environment: Omit<PresetEnvironment, 'deliver'>,
): Promise<PresetParts> {
	const { routes, signals, temporality } = await checkBackend(preset, to, environment.directory);
	const { pipelineParts } = await import('../../presets/otlp/parts.js');
	const routed = environment.signals.filter((signal) => signals.includes(signal));
	return pipelineParts(preset, routes, temporality, routed, environment);
}

/**
 * Checks the description of a custom preset's backend.
 *
 * @param directory - the directory that relative paths of PEM files are resolved from
 * @throws TypeError as `deliver` does
 */
export async function checkBackend(
	preset: string,
	to: OtlpBackend | CustomBackend,
	directory: string,
): Promise<CheckedBackend> {
	const signals = checkSignals(preset, to?.signals);
	if (typeof to?.send !== 'function') return checkOtlpBackend(preset, to as OtlpBackend, signals, directory);
	const unknown = Object.keys(to).find((key) => !CUSTOM_BACKEND_KEYS.includes(key));
	if (unknown !== undefined) {
		throw backendError(preset, `accepts ${CUSTOM_BACKEND_KEYS.join(', ')} beside a send(); it got "${unknown}"`);
	}
	if (!URL.canParse(to.endpoint) || new URL(to.endpoint).host === '') {
		throw backendError(
			preset,
			`needs the address of the backend as "endpoint", a URL with a host; it got ${describe(to.endpoint)}`,
		);
	}
	if (to.encoding !== undefined && to.encoding !== 'protobuf' && to.encoding !== 'json') {
		throw backendError(preset, `accepts protobuf or json as "encoding"; it got ${describe(to.encoding)}`);
	}
	if (to.timeout !== undefined && !(to.timeout > 0)) {
		throw backendError(preset, `accepts a number of milliseconds as "timeout"; it got ${describe(to.timeout)}`);
	}
	const { customRoutes } = await import('../../presets/otlp/custom-route.js');
	return { routes: customRoutes(preset, to), signals, temporality: to.temporality ?? 'cumulative' };
}

/** Checks a backend without a custom `send`, which accepts the options of the config's section `otlp`. */
async function checkOtlpBackend(
	preset: string,
	{ signals: _, send: __, ...options }: OtlpBackend,
	signals: Signals,
	directory: string,
): Promise<CheckedBackend> {
	const [
		{ z },
		{ otlpDefaults },
		{ otlpOptions },
		{ explain },
		{ merge },
		{ resolveFiles },
		{ CUSTOM_REMEDY, routesTo },
	] = await Promise.all([
		import('zod'),
		import('../../presets/contract/otlp-options.js'),
		import('../../presets/contract/otlp-schema.js'),
		import('../../config/schema/explain.js'),
		import('../../config/resolve/merge.js'),
		import('../../config/resolve/normalize.js'),
		import('../../presets/otlp/route.js'),
	]);
	// The same checks, defaults and messages as for the config's section `otlp`.
	const schema = otlpOptions(z);
	const { success, data, error } = schema.safeParse(options);
	if (!success) {
		const [fault] = explain(error.issues, { value: options, source: preset }, schema);
		throw backendError(preset, `accepts the keys of the config's section "otlp": ${fault?.message ?? error.message}`);
	}
	resolveFiles({ otlp: data }, directory, homeDirectory() ?? '/');
	const settings = otlpDefaults();
	merge(settings as unknown as Record<string, unknown>, data, preset, {});
	return { routes: routesTo(settings, CUSTOM_REMEDY), signals, temporality: settings.temporality };
}

/** Checks `signals` of a backend. @default all signals */
function checkSignals(preset: string, signals: unknown): Signals {
	if (signals === undefined) return SIGNALS;
	if (Array.isArray(signals) && signals.every((signal) => SIGNALS.includes(signal))) return signals;
	const got = JSON.stringify(signals);
	throw backendError(preset, `accepts a list of traces, metrics and logs as "signals"; it got ${got}`);
}

/** @param fault - the rest of the sentence that begins with deliver() and the preset */
function backendError(preset: string, fault: string): TypeError {
	return new TypeError(`deliver() of the preset "${preset}" ${fault.replace(/\.$/, '')}.`);
}

/** A value for a message. `JSON.stringify` returns undefined for functions and symbols. */
function describe(value: unknown): string {
	return JSON.stringify(value) ?? String(value);
}
