import { z } from 'zod';
import { definePreset } from './preset.js';
import { bytes, LEGAL_BYTES, LEGAL_TIME, milliseconds } from './quantities.js';

/** What may be said about the files of OTLP JSON lines. */
export type JsonOptions = z.input<typeof jsonOptions>;

/** The same, checked and complete. */
export type JsonSettings = {
	[K in keyof z.output<typeof jsonOptions>]-?: NonNullable<z.output<typeof jsonOptions>[K]>;
};

/** What holds where nothing is said; the directory stands beside the config file, else in the working directory. */
export const jsonDefaults: JsonSettings = {
	directory: '.agentese',
	maxBytes: 256 * 2 ** 20,
	maxAge: 7 * 864e5,
};

/** The checks. A quantity is a number, or a text with a unit. */
export const jsonOptions = z.strictObject({
	directory: z
		.string()
		.min(1)
		.meta({
			legal: 'the path of a directory',
			description: 'Where traces/, metrics/ and logs/ are written; relative to the config file.',
		})
		.optional(),
	maxBytes: quantity(bytes)
		.meta({ legal: LEGAL_BYTES, description: 'All files together; the oldest of ended processes go first.' })
		.optional(),
	maxAge: quantity(milliseconds)
		.meta({ legal: LEGAL_TIME, description: 'Files of ended processes not written for so long are removed.' })
		.optional(),
});

/**
 * Files that need no server: `<directory>/traces/<time>-<pid>-<random>.jsonl`, one OTLP JSON object a line, and the
 * same for metrics and logs. They open in Jaeger's UI and are read by the Collector's `otlpjsonfile` receiver.
 */
export const json = definePreset<JsonSettings>({
	name: 'json',
	make: async (settings, environment) => (await import('./json/parts.js')).jsonParts(settings, environment),
});

function quantity(read: (text: string) => number | undefined) {
	return z.union([z.number(), z.string()]).transform((value, check) => {
		const amount = typeof value === 'number' ? value : read(value);
		if (amount !== undefined && Number.isFinite(amount) && amount > 0) return amount;
		check.issues.push({ code: 'custom', message: 'no such quantity', input: value });
		return z.NEVER;
	});
}
