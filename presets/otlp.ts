import type { OtlpSettings } from './options/otlp.js';
import { otlpParts } from './otlp/parts.js';
import { definePreset } from './preset.js';

/**
 * Any backend that speaks OTLP, such as the OpenTelemetry Collector: traces, metrics, and logs where the application
 * makes any, over http/protobuf, http/json or gRPC.
 */
export const otlp = definePreset<OtlpSettings>({
	name: 'otlp',
	make: (settings, environment) => otlpParts('otlp', settings, environment.signals, environment),
});
