import type { OtlpSettings } from '../contract/otlp-options.js';
import { definePreset } from '../contract/preset.js';
import { otlpParts } from './parts.js';

/**
 * The preset for any backend that speaks OTLP, such as the OpenTelemetry Collector. It sends traces, metrics, and logs
 * if the application emits any, over http/protobuf, http/json or gRPC.
 *
 * Its options are in `contract/otlp-options.ts`, because the preset `jaeger` and custom presets use them too. It
 * imports its factory statically, so that the bundle can share the chunk of what this preset and `json` both import.
 */
export const otlp = definePreset<OtlpSettings>({
	name: 'otlp',
	create: (settings, environment) => otlpParts('otlp', settings, environment.signals, environment),
});
