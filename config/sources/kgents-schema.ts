import { z } from 'zod';
import { endpoint } from '../../presets/contract/endpoint.js';

const TRACES = ['otlp', 'jaeger', 'json', 'none'] as const;
const METRICS = ['prometheus', 'otlp', 'none'] as const;
const text = (legal: string) => z.string().min(1).meta({ legal }).optional();
const port = z.int().min(1).max(65535).meta({ legal: 'a port from 1 to 65535' }).optional();

/** The shape of the origin's file, which is not ours. */
export const kgentsSchema = z.strictObject({
	enabled: z.boolean().meta({ legal: 'true or false' }).optional(),
	traces: z
		.strictObject({
			exporter: z.enum(TRACES).meta({ legal: 'otlp, jaeger, json or none', words: TRACES }).optional(),
			otlp_endpoint: endpoint(z, '').optional(),
			jaeger_host: text('a host name or address'),
			jaeger_port: port,
			json_path: text('the path of a directory'),
		})
		.optional(),
	metrics: z
		.strictObject({
			exporter: z.enum(METRICS).meta({ legal: 'prometheus, otlp or none', words: METRICS }).optional(),
			prometheus_port: port,
		})
		.optional(),
	sampling: z
		.strictObject({ rate: z.number().min(0).max(1).meta({ legal: 'a number from 0 to 1' }).optional() })
		.optional(),
});

/** What the file says, checked. */
export type KgentsConfig = z.output<typeof kgentsSchema>;
