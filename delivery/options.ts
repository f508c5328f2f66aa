import type { EffectiveOptions } from './common/settings.js';

/**
 * The section `delivery` of the config: how the presets that send keep and retry what they could not send yet.
 *
 * @example
 * ```ts
 * import { type DeliveryOptions, loadConfig } from 'agentese-otel/presets';
 *
 * const delivery: DeliveryOptions = { maxBytes: '64 MiB', maxAge: '1d', delay: '100ms' };
 * const { config } = await loadConfig({ preset: 'otlp', delivery });
 * config.delivery.maxBytes; // => 67108864
 * config.delivery.delay; // => 100
 * ```
 */
export interface DeliveryOptions {
	/**
	 * Whether what is not delivered is kept on disk. With `false` it waits in memory only, and is lost with the process.
	 *
	 * @default true
	 */
	journal?: boolean | undefined;
	/**
	 * The path of the directory where what is not delivered waits, relative to the config file, or to the working
	 * directory if there is no file. An empty text is a configuration error.
	 *
	 * @default `outbox/` in `json.directory`
	 */
	directory?: string | undefined;
	/**
	 * The most that may wait on disk for each backend and signal: a number of bytes greater than 0, or a text with a unit
	 * such as `"256 MiB"`. Above it the oldest is dropped. Anything else is a configuration error.
	 *
	 * @default 268435456 (256 MiB)
	 */
	maxBytes?: number | string | undefined;
	/**
	 * The age at which what waits on disk is dropped: a number of milliseconds greater than 0, or a text with a unit such
	 * as `"7d"`. Anything else is a configuration error.
	 *
	 * @default 604800000 (7 days)
	 */
	maxAge?: number | string | undefined;
	/**
	 * When the disk itself is waited for, against a loss of power and not of the process: never, once a second, or after
	 * every write. Any other value is a configuration error.
	 *
	 * @default 'never'
	 */
	fsync?: 'never' | 'interval' | 'always' | undefined;
	/**
	 * The longest time that a record is in memory only, before it is written to disk: a number of milliseconds greater
	 * than 0, or a text with a unit such as `"200ms"`. Anything else is a configuration error.
	 *
	 * @default 200
	 */
	delay?: number | string | undefined;
	/**
	 * The longest time that the end of the process waits for what is not sent yet: a number of milliseconds greater than
	 * 0, or a text with a unit such as `"2s"`. `process.exit()` waits for nothing. Anything else is a configuration
	 * error.
	 *
	 * @default 2000
	 */
	endTimeout?: number | string | undefined;
	/**
	 * The most that may wait in memory for each backend and signal: a number of bytes greater than 0, or a text with a
	 * unit such as `"64 MiB"`. Anything else is a configuration error.
	 *
	 * @default 67108864 (64 MiB)
	 */
	maxQueueBytes?: number | string | undefined;
}

/** The values of `delivery.fsync`. */
export const FSYNCS = ['never', 'interval', 'always'] as const satisfies readonly DeliverySettings['fsync'][];

/**
 * {@linkcode DeliveryOptions}, checked and complete: sizes are bytes, times are milliseconds. Without a `directory` it
 * is `outbox/` in that of the json preset.
 */
export interface DeliverySettings extends EffectiveOptions<Omit<DeliveryOptions, 'directory'>> {
	/** The outbox, as an absolute path. */
	directory: string | undefined;
}

/** The defaults: 256 MiB and 7 days on disk, 200 ms and 64 MiB in memory, 2 s at the end. */
export const deliveryDefaults: DeliverySettings = {
	journal: true,
	directory: undefined,
	maxBytes: 256 * 2 ** 20,
	maxAge: 7 * 864e5,
	fsync: 'never',
	delay: 200,
	endTimeout: 2000,
	maxQueueBytes: 64 * 2 ** 20,
};
