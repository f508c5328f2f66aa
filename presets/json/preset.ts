import { definePreset } from '../contract/preset.js';
import type { JsonSettings } from './options.js';
import { jsonParts } from './parts.js';

/**
 * The preset that writes files and needs no server: `<directory>/traces/<time>-<pid>-<random>.jsonl` with one OTLP JSON
 * object in each line, and the same for metrics and logs. Jaeger's UI opens these files, and the Collector's
 * `otlpjsonfile` receiver reads them.
 *
 * It imports its factory statically, so that the bundle can share the chunk of what this preset and `otlp` both import.
 */
export const json = definePreset<JsonSettings>({
	name: 'json',
	create: (settings, environment) => jsonParts(settings, environment),
});
