import type { z } from 'zod';
import type { Zod } from '../../delivery/common/quantity.js';
import { LEGAL_TIME, milliseconds, quantity } from '../../delivery/common/quantity.js';
import { endpoint, protocol } from './endpoint.js';

const COMPRESSIONS = ['none', 'gzip'] as const;
const TEMPORALITIES = ['cumulative', 'delta', 'lowmemory'] as const;
const FILE = 'the path of a PEM file';

const each = (z: Zod) => ({
	protocol: protocol(z).optional(),
	headers: z
		.record(z.string(), z.string())
		.meta({
			legal: `names with texts; a secret is written "\${env:NAME}"`,
			description: `Sent with every request, and masked wherever the config is shown. "\${env:NAME}" is the variable.`,
		})
		.optional(),
	compression: z
		.enum(COMPRESSIONS)
		.meta({ legal: 'none or gzip', words: COMPRESSIONS, description: 'How requests are compressed.' })
		.optional(),
	timeout: quantity(z, milliseconds)
		.meta({ legal: LEGAL_TIME, description: 'How long one request may take; then it is made again.' })
		.optional(),
	tls: z
		.strictObject({
			ca: z
				.string()
				.min(1)
				.meta({ legal: FILE, description: 'The certificates that the server is trusted by.' })
				.optional(),
			cert: z
				.string()
				.min(1)
				.meta({ legal: FILE, description: 'Our certificate, where the server asks for one.' })
				.optional(),
			key: z.string().min(1).meta({ legal: FILE, description: "Our certificate's private key." }).optional(),
		})
		.optional(),
});

function signal(z: Zod, name: string) {
	return z
		.strictObject({
			endpoint: endpoint(z, `Where ${name} alone go; taken as it stands, no path is added.`).optional(),
			...each(z),
		})
		.optional();
}

/**
 * The checks. The sections `traces`, `metrics` and `logs` say otherwise for one signal, as OpenTelemetry's
 * `OTEL_EXPORTER_OTLP_TRACES_*` do; what they leave out holds as it stands above.
 */
export const otlpOptions = (z: Zod) =>
	z.strictObject({
		endpoint: endpoint(
			z,
			'Where OTLP is sent. Over HTTP /v1/traces, /v1/metrics and /v1/logs are added to it.',
		).optional(),
		...each(z),
		temporality: z
			.enum(TEMPORALITIES)
			.meta({
				legal: 'cumulative, delta or lowmemory',
				words: TEMPORALITIES,
				description: 'What metrics count from: the start, or the last report. Prometheus takes cumulative only.',
			})
			.optional(),
		traces: signal(z, 'traces'),
		metrics: signal(z, 'metrics'),
		logs: signal(z, 'logs'),
	});

/** What may be said about a backend that speaks OTLP. */
export type OtlpOptions = z.input<ReturnType<typeof otlpOptions>>;

type Output = z.output<ReturnType<typeof otlpOptions>>;
type Settled<K extends keyof Output> = { [P in K]-?: NonNullable<Output[P]> };

/** What one signal says otherwise. */
export type OtlpSignalSettings = NonNullable<Output['traces']>;

/**
 * The same, checked and complete: endpoints have a scheme, files are absolute, `${env:NAME}` is filled in. Without an
 * endpoint it is localhost, port 4318 or, for grpc, 4317.
 */
export interface OtlpSettings
	extends Settled<'protocol' | 'headers' | 'compression' | 'timeout' | 'tls' | 'temporality'> {
	endpoint: string | undefined;
	traces: OtlpSignalSettings;
	metrics: OtlpSignalSettings;
	logs: OtlpSignalSettings;
}

/** What holds where nothing is said. */
export function otlpDefaults(): OtlpSettings {
	return {
		endpoint: undefined,
		protocol: 'http/protobuf',
		headers: {},
		compression: 'none',
		timeout: 10_000,
		tls: {},
		temporality: 'cumulative',
		traces: {},
		metrics: {},
		logs: {},
	};
}
