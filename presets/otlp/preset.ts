import type { OtlpSettings } from '../contract/otlp-options.js';
import { definePreset } from '../contract/preset.js';
import { otlpParts } from './parts.js';

/**
 * Any backend that speaks OTLP, such as the OpenTelemetry Collector: traces, metrics, and logs where the application
 * makes any, over http/protobuf, http/json or gRPC.
 */
export const otlp = definePreset<OtlpSettings>({
	name: 'otlp',
	make: (settings, environment) => otlpParts('otlp', settings, environment.signals, environment),
});
