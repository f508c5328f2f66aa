import type { EffectiveOptions } from '../../delivery/common/settings.js';

/**
 * The options of the preset `json`: the section `json` of the config. An unknown key is a configuration error.
 *
 * @example
 * ```ts
 * import { type JsonOptions, loadConfig } from 'agentese-otel/presets';
 *
 * const json: JsonOptions = { directory: '/var/lib/garden', maxBytes: '1 GiB', maxAge: '30d' };
 * const { config } = await loadConfig({ preset: 'json', json });
 * config.json.maxBytes; // => 2 ** 30
 * config.json.maxAge; // => 30 * 24 * 60 * 60 * 1000
 * ```
 */
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
export type JsonSettings = EffectiveOptions<JsonOptions>;

/** The default values. */
export const jsonDefaults: JsonSettings = {
	directory: '.agentese',
	maxBytes: 256 * 2 ** 20,
	maxAge: 7 * 864e5,
};
