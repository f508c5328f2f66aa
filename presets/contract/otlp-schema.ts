import type { OptionShape } from '../../delivery/common/option-schema.js';
import type { Zod } from '../../delivery/common/quantity.js';
import { LEGAL_TIME, milliseconds, quantity } from '../../delivery/common/quantity.js';
import { endpoint, headers, protocol } from './endpoint-schema.js';
import {
	COMPRESSIONS,
	type OtlpOptions,
	type OtlpRequestOptions,
	type OtlpSignalOptions,
	type OtlpTlsOptions,
	TEMPORALITIES,
} from './otlp-options.js';

const LEGAL_FILE = 'the path of a PEM file';

/**
 * Returns the schema of the options. The sections `traces`, `metrics` and `logs` override the general options for one
 * signal, as OpenTelemetry's `OTEL_EXPORTER_OTLP_TRACES_*` variables do.
 */
export const otlpOptions = (z: Zod) =>
	z.strictObject({
		endpoint: endpoint(
			z,
			'The address that OTLP is sent to. Over HTTP /v1/traces, /v1/metrics and /v1/logs are appended to it.',
		).optional(),
		...requestOptions(z),
		temporality: z
			.enum(TEMPORALITIES)
			.meta({
				legal: 'cumulative, delta or lowmemory',
				words: TEMPORALITIES,
				description: 'What metrics count from: the start, or the last report. Prometheus accepts cumulative only.',
			})
			.optional(),
		proxy: z
			.string()
			.refine((text) => text === 'env' || text === 'none' || /^https?:$/.test(URL.parse(text)?.protocol ?? ''))
			.meta({
				legal: 'env, none, or the address of a proxy, such as "http://proxy:3128"',
				description: 'The proxy of requests: that of HTTPS_PROXY, HTTP_PROXY and NO_PROXY, none, or the one given.',
			})
			.optional(),
		traces: signalOptions(z, 'traces'),
		metrics: signalOptions(z, 'metrics'),
		logs: signalOptions(z, 'logs'),
	} satisfies OptionShape<OtlpOptions>);

function signalOptions(z: Zod, name: string) {
	return z
		.strictObject({
			endpoint: endpoint(
				z,
				`The address that ${name} alone are sent to; used unchanged, no path is appended.`,
			).optional(),
			...requestOptions(z),
		} satisfies OptionShape<OtlpSignalOptions>)
		.optional();
}

const requestOptions = (z: Zod) =>
	({
		protocol: protocol(z).optional(),
		headers: headers(z).optional(),
		compression: z
			.enum(COMPRESSIONS)
			.meta({ legal: 'none or gzip', words: COMPRESSIONS, description: 'The compression of requests.' })
			.optional(),
		timeout: quantity(z, milliseconds)
			.meta({ legal: LEGAL_TIME, description: 'The time limit of one request; one that exceeds it is sent again.' })
			.optional(),
		tls: z
			.strictObject({
				ca: z
					.string()
					.min(1)
					.meta({ legal: LEGAL_FILE, description: 'The certificates that the server is trusted by.' })
					.optional(),
				cert: z
					.string()
					.min(1)
					.meta({ legal: LEGAL_FILE, description: 'The client certificate, if the server requires one.' })
					.optional(),
				key: z
					.string()
					.min(1)
					.meta({ legal: LEGAL_FILE, description: 'The private key of the client certificate.' })
					.optional(),
			} satisfies OptionShape<OtlpTlsOptions>)
			.optional(),
	}) satisfies OptionShape<OtlpRequestOptions>;
