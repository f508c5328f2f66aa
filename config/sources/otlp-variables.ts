import { PROTOCOLS, readEndpoint } from '../../presets/contract/endpoint.js';
import { type ConfigLayerSource, SIGNALS, type Signal } from '../common/layer.js';
import type { TelemetryConfig } from '../schema/config.js';

/** What the `OTEL_EXPORTER_OTLP_*` variables set. */
export interface OtlpVariables {
	/** One layer for each variable; those of a single signal come after those of all signals. */
	readonly layers: readonly ConfigLayerSource[];
	/** The presets of each signal that has an endpoint, for the case that no source sets any. */
	readonly fallback: Partial<Record<Signal, { readonly presets: readonly string[]; readonly source: string }>>;
	/** One notice for each value that is ignored. */
	readonly notices: readonly string[];
}

/** Reads the text of a variable as keys of the section `otlp`; undefined if the text is not legal. */
type Reader = (text: string) => Record<string, unknown> | undefined | Promise<Record<string, unknown>>;

/** The values of `OTEL_EXPORTER_OTLP_COMPRESSION` that are supported. */
const COMPRESSIONS = ['none', 'gzip'];
/** The values of `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`, in lower case. */
const TEMPORALITIES = ['cumulative', 'delta', 'lowmemory'];

/** The legal values of the variables, by their last word, for notices. */
const LEGAL: Readonly<Record<string, string>> = {
	ENDPOINT: 'the address of a server',
	PROTOCOL: PROTOCOLS.join(', '),
	COMPRESSION: COMPRESSIONS.join(', '),
	TIMEOUT: 'a number of milliseconds',
};

/** The readers of the variables, by their last word. */
const READERS: Readonly<Record<string, Reader>> = {
	PROTOCOL: (protocol) => onlyIf((PROTOCOLS as readonly string[]).includes(protocol), { protocol }),
	COMPRESSION: (compression) => onlyIf(COMPRESSIONS.includes(compression), { compression }),
	TIMEOUT: (text) => onlyIf(Number(text) > 0, { timeout: Number(text) }),
	CERTIFICATE: (ca) => ({ tls: { ca } }),
	CLIENT_CERTIFICATE: (cert) => ({ tls: { cert } }),
	CLIENT_KEY: (key) => ({ tls: { key } }),
	HEADERS: async (text) => {
		const { parseKeyPairsIntoRecord } = await import('@opentelemetry/core');
		return { headers: parseKeyPairsIntoRecord(text) };
	},
};

/**
 * Reads the variables for all signals and those for single signals, with the meaning they have in OpenTelemetry JS: the
 * endpoint of a single signal gets no path added, and for gRPC an endpoint without a scheme means one with TLS unless
 * `OTEL_EXPORTER_OTLP_INSECURE` is true.
 *
 * @param cwd - the directory that relative paths in variables are resolved from
 */
export async function otlpVariables(cwd: string): Promise<OtlpVariables> {
	const layers: ConfigLayerSource[] = [];
	const notices: string[] = [];
	const fallback: OtlpVariables['fallback'] = {};
	// The variables for all signals come first, so that those of a single signal have precedence.
	for (const signal of [undefined, ...SIGNALS]) {
		const add = (source: string, part: Record<string, unknown>) => {
			const value = { otlp: signal === undefined ? part : { [signal]: part } } as TelemetryConfig;
			layers.push({ source, value, directory: cwd });
		};
		for (const [key, read] of Object.entries({ ENDPOINT: endpointReader(signal), ...READERS })) {
			const source = variableName(key, signal);
			const text = process.env[source]?.trim();
			if (!text) continue;
			const part = await read(text);
			if (part !== undefined) add(source, part);
			else notices.push(`${source} got '${text}', which is ignored; legal: ${LEGAL[key]}.`);
			// An endpoint means that telemetry is to be sent there, unless a source sets presets.
			if (part === undefined || key !== 'ENDPOINT') continue;
			for (const reached of signal === undefined ? SIGNALS : [signal]) {
				fallback[reached] ??= { presets: ['otlp'], source };
			}
		}
	}
	const name = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE';
	const temporality = process.env[name]?.trim().toLowerCase();
	if (temporality && TEMPORALITIES.includes(temporality)) {
		layers.push({ source: name, value: { otlp: { temporality } }, directory: cwd });
	} else if (temporality) {
		notices.push(`${name} got '${temporality}', which is ignored; legal: ${TEMPORALITIES.join(', ')}.`);
	}
	return { layers, notices, fallback };
}

/** The name of a variable, for one signal or for all. */
function variableName(key: string, signal: Signal | undefined): string {
	return `OTEL_EXPORTER_OTLP_${signal === undefined ? '' : `${signal.toUpperCase()}_`}${key}`;
}

/** The value of the signal's variable, else of the variable for all signals. */
function signalOrCommon(key: string, signal: Signal | undefined): string | undefined {
	return (
		process.env[variableName(key, signal)]?.trim() || process.env[variableName(key, undefined)]?.trim() || undefined
	);
}

/** The reader of an endpoint, which depends on the protocol and on `INSECURE` of the same signal. */
function endpointReader(signal: Signal | undefined): Reader {
	return (text) => {
		if (readEndpoint(text) === undefined) return undefined;
		const isGrpc = signalOrCommon('PROTOCOL', signal) === 'grpc';
		const hasScheme = text.includes('://') || text.startsWith('unix:');
		if (hasScheme || !isGrpc) return { endpoint: text };
		const insecure = signalOrCommon('INSECURE', signal)?.toLowerCase() === 'true';
		return { endpoint: `${insecure ? 'http' : 'https'}://${text}` };
	};
}

/** Returns the part if its value is legal, else undefined. */
function onlyIf(legal: boolean, part: Record<string, unknown>): Record<string, unknown> | undefined {
	return legal ? part : undefined;
}
