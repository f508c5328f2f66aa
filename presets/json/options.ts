import type { z } from 'zod';
import type { Zod } from '../../delivery/common/quantity.js';
import { bytes, LEGAL_BYTES, LEGAL_TIME, milliseconds, quantity } from '../../delivery/common/quantity.js';
import type { OptionShape } from '../contract/option-schema.js';

/** The options of the preset `json`: the section `json` of the config. An unknown key is a configuration error. */
export interface JsonOptions {
	/**
	 * The path of the directory for the folders `traces/`, `metrics/` and `logs/`, relative to the config file, or to the
	 * working directory if there is no file. An empty text is a configuration error. If the directory cannot be written
	 * to, that is reported once.
	 *
	 * @default '.agentese'
	 */
	directory?: string | undefined;
	/**
	 * The most that all files together may have: a number of bytes greater than 0, or a text with a unit such as
	 * `"256 MiB"`. Above it the oldest files of exited processes are removed. Anything else is a configuration error.
	 *
	 * @default 268435456 (256 MiB)
	 */
	maxBytes?: number | string | undefined;
	/**
	 * The age at which files of exited processes are removed, since they were last written: a number of milliseconds
	 * greater than 0, or a text with a unit such as `"7d"`. Anything else is a configuration error.
	 *
	 * @default 604800000 (7 days)
	 */
	maxAge?: number | string | undefined;
}

/** `JsonOptions`, checked and complete: sizes are bytes, times are milliseconds. */
export type JsonSettings = {
	[K in keyof JsonOptions]-?: NonNullable<z.output<ReturnType<typeof jsonOptions>>[K]>;
};

/** The default values. */
export const jsonDefaults: JsonSettings = {
	directory: '.agentese',
	maxBytes: 256 * 2 ** 20,
	maxAge: 7 * 864e5,
};

/** Returns the schema of the options. */
export const jsonOptions = (z: Zod) =>
	z.strictObject({
		directory: z
			.string()
			.min(1)
			.meta({
				legal: 'the path of a directory',
				description: 'The directory of traces/, metrics/ and logs/; relative to the config file.',
			})
			.optional(),
		maxBytes: quantity(z, bytes)
			.meta({
				legal: LEGAL_BYTES,
				description: 'The size of all files together; above it the oldest files of exited processes are removed.',
			})
			.optional(),
		maxAge: quantity(z, milliseconds)
			.meta({
				legal: LEGAL_TIME,
				description: 'The age at which files of exited processes are removed, since they were last written.',
			})
			.optional(),
	} satisfies OptionShape<JsonOptions>);
