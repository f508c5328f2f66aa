import { z } from 'zod';
import { endpoint } from '../../presets/contract/endpoint-schema.js';

/** The values of `traces.exporter`. */
const TRACE_EXPORTERS = ['otlp', 'jaeger', 'json', 'none'] as const;
/** The values of `metrics.exporter`. */
const METRIC_EXPORTERS = ['prometheus', 'otlp', 'none'] as const;
/** A non-empty string, with the text that messages describe it by. */
const text = (legal: string) => z.string().min(1).meta({ legal }).optional();
/** A TCP port. */
const port = z.int().min(1).max(65535).meta({ legal: 'a port from 1 to 65535' }).optional();

/** The schema of `~/.kgents/telemetry.yaml`. AGENTESE's Python implementation defines the format, not this toolkit. */
export const kgentsSchema = z.strictObject({
	enabled: z.boolean().meta({ legal: 'true or false' }).optional(),
	traces: z
		.strictObject({
			exporter: z
				.enum(TRACE_EXPORTERS)
				.meta({ legal: 'otlp, jaeger, json or none', words: TRACE_EXPORTERS })
				.optional(),
			otlp_endpoint: endpoint(z, '').optional(),
			jaeger_host: text('a host name or address'),
			jaeger_port: port,
			json_path: text('the path of a directory'),
		})
		.optional(),
	metrics: z
		.strictObject({
			exporter: z
				.enum(METRIC_EXPORTERS)
				.meta({ legal: 'prometheus, otlp or none', words: METRIC_EXPORTERS })
				.optional(),
			prometheus_port: port,
		})
		.optional(),
	sampling: z
		.strictObject({ rate: z.number().min(0).max(1).meta({ legal: 'a number from 0 to 1' }).optional() })
		.optional(),
});

/** The checked content of the file. */
export type KgentsConfig = z.output<typeof kgentsSchema>;
