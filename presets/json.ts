import type { JsonSettings } from './options/json.js';

export type { JsonOptions } from './options/json.js';

import { jsonParts } from './json/parts.js';
import { definePreset } from './preset.js';

/**
 * Files that need no server: `<directory>/traces/<time>-<pid>-<random>.jsonl`, one OTLP JSON object a line, and the
 * same for metrics and logs. They open in Jaeger's UI and are read by the Collector's `otlpjsonfile` receiver.
 */
export const json = definePreset<JsonSettings>({
	name: 'json',
	make: (settings, environment) => jsonParts(settings, environment),
});
