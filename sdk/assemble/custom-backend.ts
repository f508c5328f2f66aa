import { homedir } from 'node:os';
import type { CustomBackend, OtlpBackend } from '../../presets/contract/custom-backend.js';
import type { PresetEnvironment, PresetParts } from '../../presets/contract/preset.js';
import type { Routes } from '../../presets/otlp/route.js';

type Signals = PresetEnvironment['signals'];

/** A backend of a preset of one's own, checked: the ways to it, and what it is sent. */
export interface DeliveredBackend {
	readonly ways: Routes;
	readonly signals: Signals;
	readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
}

const OWN_KEYS = ['endpoint', 'encoding', 'timeout', 'temporality', 'signals', 'send', 'close'];

/**
 * Makes the parts of a preset of one's own that send to a backend, on the path of the presets that ship: a queue, a
 * journal, a sender. It is `deliver` in the environment of `make`.
 *
 * @param preset - whose name messages, counts and the folders of the journal carry
 * @throws TypeError where what is said of the backend is wrong
 */
export async function deliver(
	preset: string,
	to: OtlpBackend | CustomBackend,
	environment: Omit<PresetEnvironment, 'deliver'>,
): Promise<PresetParts> {
	const { ways, signals, temporality } = await backendOf(preset, to, environment.directory);
	const { pushingParts } = await import('../../presets/otlp/parts.js');
	const wanted = environment.signals.filter((signal) => signals.includes(signal));
	return pushingParts(preset, ways, temporality, wanted, environment);
}

/** Checks what a preset of one's own says of its backend. @throws TypeError as `deliver` does */
export async function backendOf(
	preset: string,
	to: OtlpBackend | CustomBackend,
	directory: string,
): Promise<DeliveredBackend> {
	const signals = signalsOf(preset, to?.signals);
	if (typeof to?.send !== 'function') return overOtlp(preset, to as OtlpBackend, signals, directory);
	const unknown = Object.keys(to).find((key) => !OWN_KEYS.includes(key));
	if (unknown !== undefined) {
		throw wrong(preset, `takes ${OWN_KEYS.join(', ')} where there is a send(); it got "${unknown}"`);
	}
	if (!URL.canParse(to.endpoint) || new URL(to.endpoint).host === '') {
		throw wrong(
			preset,
			`wants the address of the backend as "endpoint", a URL with a host; it got ${shown(to.endpoint)}`,
		);
	}
	if (to.encoding !== undefined && to.encoding !== 'protobuf' && to.encoding !== 'json') {
		throw wrong(preset, `takes protobuf or json as "encoding"; it got ${shown(to.encoding)}`);
	}
	if (to.timeout !== undefined && !(to.timeout > 0)) {
		throw wrong(preset, `takes a number of milliseconds as "timeout"; it got ${shown(to.timeout)}`);
	}
	const { customRoutes: ownWays } = await import('../../presets/otlp/custom-route.js');
	return { ways: ownWays(preset, to), signals, temporality: to.temporality ?? 'cumulative' };
}

async function overOtlp(
	preset: string,
	{ signals: _, send: __, ...options }: OtlpBackend,
	signals: Signals,
	directory: string,
): Promise<DeliveredBackend> {
	const [
		{ z },
		{ otlpDefaults, otlpOptions },
		{ explain },
		{ merge },
		{ absoluteFiles },
		{ ELSEWHERE, routesTo: waysTo },
	] = await Promise.all([
		import('zod'),
		import('../../presets/contract/otlp-options.js'),
		import('../../config/schema/explain.js'),
		import('../../config/resolve/merge.js'),
		import('../../config/resolve/normalize.js'),
		import('../../presets/otlp/route.js'),
	]);
	const schema = otlpOptions(z);
	const { success, data, error } = schema.safeParse(options);
	if (!success) {
		const [fault] = explain(error.issues, { value: options, source: preset }, schema);
		throw wrong(preset, `takes what the section "otlp" of a config may say: ${fault?.message ?? error.message}`);
	}
	absoluteFiles({ otlp: data }, directory, homedir());
	const settings = otlpDefaults();
	merge(settings as unknown as Record<string, unknown>, data, preset, {});
	return { ways: waysTo(settings, ELSEWHERE), signals, temporality: settings.temporality };
}

const SIGNALS: Signals = ['traces', 'metrics', 'logs'];

function signalsOf(preset: string, said: unknown): Signals {
	if (said === undefined) return SIGNALS;
	if (Array.isArray(said) && said.every((one) => SIGNALS.includes(one))) return said;
	throw wrong(preset, `takes a list of traces, metrics and logs as "signals"; it got ${JSON.stringify(said)}`);
}

function wrong(preset: string, what: string): TypeError {
	return new TypeError(`deliver() of the preset "${preset}" ${what.replace(/\.$/, '')}.`);
}

function shown(value: unknown): string {
	return JSON.stringify(value) ?? String(value);
}
