import type { JsonSettings } from './options.js';

export type { JsonOptions } from './options.js';

import { definePreset } from '../contract/preset.js';
import { jsonParts } from './parts.js';

/**
 * Files that need no server: `<directory>/traces/<time>-<pid>-<random>.jsonl`, one OTLP JSON object a line, and the
 * same for metrics and logs. They open in Jaeger's UI and are read by the Collector's `otlpjsonfile` receiver.
 */
export const json = definePreset<JsonSettings>({
	name: 'json',
	make: (settings, environment) => jsonParts(settings, environment),
});
