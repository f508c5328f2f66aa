import { type ConfigLayerSource, SIGNALS, type Signal } from '../common/layer.js';
import type { TelemetryConfig } from '../schema/config.js';
import { legalText, otlpVariableName, type Pair, parsePair, variableText } from './otel-table.js';

/** What the `OTEL_EXPORTER_OTLP_*` variables set. */
export interface OtlpVariables {
	/** One layer for each variable; those of a single signal come after those of all signals. */
	readonly layers: readonly ConfigLayerSource[];
	/** The presets of each signal that has an endpoint, for the case that no source sets any. */
	readonly fallback: Partial<Record<Signal, { readonly presets: readonly string[]; readonly source: string }>>;
}

/** Returns the text of a variable as keys of the section `otlp`. */
type Reader = (text: string) => Record<string, unknown>;

/** The readers of the variables, by their last word. */
const READERS: Readonly<Record<string, Reader>> = {
	PROTOCOL: (protocol) => ({ protocol }),
	COMPRESSION: (compression) => ({ compression }),
	TIMEOUT: (text) => ({ timeout: Number(text) }),
	CERTIFICATE: (ca) => ({ tls: { ca } }),
	CLIENT_CERTIFICATE: (cert) => ({ tls: { cert } }),
	CLIENT_KEY: (key) => ({ tls: { key } }),
};

/**
 * Reads the variables for all signals and those for single signals, with the meaning they have in OpenTelemetry JS: the
 * endpoint of a single signal gets no path added, and for gRPC an endpoint without a scheme means one with TLS unless
 * `OTEL_EXPORTER_OTLP_INSECURE` is true. A value that is not legal sets nothing.
 *
 * @param cwd - the directory that relative paths in variables are resolved from
 */
export function otlpVariables(cwd: string): OtlpVariables {
	const layers: ConfigLayerSource[] = [];
	const fallback: OtlpVariables['fallback'] = {};
	// The variables for all signals come first, so that those of a single signal have precedence.
	for (const signal of [undefined, ...SIGNALS]) {
		const add = (source: string, part: Record<string, unknown>) => {
			const value = { otlp: signal === undefined ? part : { [signal]: part } } as TelemetryConfig;
			layers.push({ source, value, directory: cwd });
		};
		for (const [key, read] of Object.entries({ ENDPOINT: endpointReader(signal), ...READERS })) {
			const source = otlpVariableName(key, signal);
			const text = legalText(source);
			if (text === undefined) continue;
			add(source, read(text));
			// An endpoint means that telemetry is to be sent there, unless a source sets presets.
			if (key !== 'ENDPOINT') continue;
			for (const reached of signal === undefined ? SIGNALS : [signal]) {
				fallback[reached] ??= { presets: ['otlp'], source };
			}
		}
		const headers = otlpVariableName('HEADERS', signal);
		const pairs = headersIn(variableText(headers) ?? '');
		if (pairs.length > 0) add(headers, { headers: Object.fromEntries(pairs) });
	}
	const name = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE';
	const temporality = legalText(name)?.toLowerCase();
	if (temporality !== undefined) {
		layers.push({ source: name, value: { otlp: { temporality } }, directory: cwd });
	}
	return { layers, fallback };
}

/** The headers in a text. A part without a name or a value is left out. */
function headersIn(text: string): Pair[] {
	return text.split(',').flatMap((part) => {
		const pair = parsePair(part);
		return pair === undefined || pair[1] === '' ? [] : [pair];
	});
}

/** The value of the signal's variable, else of the variable for all signals. */
function signalOrCommon(key: string, signal: Signal | undefined): string | undefined {
	return legalText(otlpVariableName(key, signal)) ?? legalText(otlpVariableName(key, undefined));
}

/** The reader of an endpoint, which depends on the protocol and on `INSECURE` of the same signal. */
function endpointReader(signal: Signal | undefined): Reader {
	return (text) => {
		const isGrpc = signalOrCommon('PROTOCOL', signal) === 'grpc';
		const hasScheme = text.includes('://') || text.startsWith('unix:');
		if (hasScheme || !isGrpc) return { endpoint: text };
		const insecure = signalOrCommon('INSECURE', signal)?.toLowerCase() === 'true';
		return { endpoint: `${insecure ? 'http' : 'https'}://${text}` };
	};
}
