import { PROTOCOLS, readEndpoint } from '../../presets/contract/endpoint.js';
import { type ConfigLayerSource, SIGNALS, type Signal } from '../common/layer.js';
import type { TelemetryConfig } from '../schema/config.js';

/** What `OTEL_EXPORTER_OTLP_*` say. */
export interface OtlpVariables {
	readonly said: readonly ConfigLayerSource[];
	readonly fallback: Partial<Record<Signal, { readonly presets: readonly string[]; readonly source: string }>>;
	readonly notices: readonly string[];
}

type Reader = (text: string) => Record<string, unknown> | undefined | Promise<Record<string, unknown>>;

const COMPRESSIONS = ['none', 'gzip'];
const TEMPORALITIES = ['cumulative', 'delta', 'lowmemory'];

const LEGAL: Readonly<Record<string, string>> = {
	ENDPOINT: 'the address of a server',
	PROTOCOL: PROTOCOLS.join(', '),
	COMPRESSION: COMPRESSIONS.join(', '),
	TIMEOUT: 'a number of milliseconds',
};

const READERS: Readonly<Record<string, Reader>> = {
	PROTOCOL: (protocol) => one({ protocol }, (PROTOCOLS as readonly string[]).includes(protocol)),
	COMPRESSION: (compression) => one({ compression }, COMPRESSIONS.includes(compression)),
	TIMEOUT: (text) => one({ timeout: Number(text) }, Number(text) > 0),
	CERTIFICATE: (ca) => ({ tls: { ca } }),
	CLIENT_CERTIFICATE: (cert) => ({ tls: { cert } }),
	CLIENT_KEY: (key) => ({ tls: { key } }),
	HEADERS: async (text) => {
		const { parseKeyPairsIntoRecord } = await import('@opentelemetry/core');
		return { headers: parseKeyPairsIntoRecord(text) };
	},
};

/**
 * Reads them for all signals and for each, with the meaning they have in OpenTelemetry JS: a signal's own endpoint is
 * taken as it stands, and for gRPC an endpoint without a scheme is one with TLS unless `INSECURE` says otherwise.
 */
export async function otlpVariables(cwd: string): Promise<OtlpVariables> {
	const said: ConfigLayerSource[] = [];
	const notices: string[] = [];
	const fallback: OtlpVariables['fallback'] = {};
	for (const signal of [undefined, ...SIGNALS]) {
		const say = (source: string, part: Record<string, unknown>) => {
			const value = { otlp: signal === undefined ? part : { [signal]: part } } as TelemetryConfig;
			said.push({ source, value, directory: cwd });
		};
		for (const [key, read] of Object.entries({ ENDPOINT: endpointOf(signal), ...READERS })) {
			const source = nameOf(key, signal);
			const text = process.env[source]?.trim();
			if (!text) continue;
			const part = await read(text);
			if (part !== undefined) say(source, part);
			else notices.push(`${source} got '${text}', which is ignored; legal: ${LEGAL[key]}.`);
			if (part === undefined || key !== 'ENDPOINT') continue;
			for (const carried of signal === undefined ? SIGNALS : [signal]) {
				fallback[carried] ??= { presets: ['otlp'], source };
			}
		}
	}
	const name = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE';
	const temporality = process.env[name]?.trim().toLowerCase();
	if (temporality && TEMPORALITIES.includes(temporality)) {
		said.push({ source: name, value: { otlp: { temporality } }, directory: cwd });
	} else if (temporality) {
		notices.push(`${name} got '${temporality}', which is ignored; legal: ${TEMPORALITIES.join(', ')}.`);
	}
	return { said, notices, fallback };
}

function nameOf(key: string, signal: Signal | undefined): string {
	return `OTEL_EXPORTER_OTLP_${signal === undefined ? '' : `${signal.toUpperCase()}_`}${key}`;
}

/** What the signal's own variable says, else the one for all. */
function either(key: string, signal: Signal | undefined): string | undefined {
	return process.env[nameOf(key, signal)]?.trim() || process.env[nameOf(key, undefined)]?.trim() || undefined;
}

function endpointOf(signal: Signal | undefined): Reader {
	return (text) => {
		if (readEndpoint(text) === undefined) return undefined;
		const grpc = either('PROTOCOL', signal) === 'grpc';
		const bare = !text.includes('://') && !text.startsWith('unix:');
		if (!bare || !grpc) return { endpoint: text };
		const insecure = either('INSECURE', signal)?.toLowerCase() === 'true';
		return { endpoint: `${insecure ? 'http' : 'https'}://${text}` };
	};
}

function one(part: Record<string, unknown>, legal: boolean): Record<string, unknown> | undefined {
	return legal ? part : undefined;
}
