import type { EffectiveOptions } from '../../delivery/common/settings.js';

/**
 * The options of the preset `console`: the section `console` of the config. An unknown key is a configuration error.
 *
 * @example
 * ```ts
 * import { type ConsoleOptions, loadConfig } from 'agentese-otel/presets';
 *
 * const options: ConsoleOptions = { color: 'never' };
 * const { config } = await loadConfig({ preset: 'console', console: options });
 * config.console.color; // => 'never'
 * ```
 */
export interface ConsoleOptions {
	/**
	 * Whether lines are coloured. `auto` colours them if stderr is a terminal, and respects `NO_COLOR` and `FORCE_COLOR`
	 * as Node does. Any other value is a configuration error.
	 *
	 * @default 'auto'
	 */
	color?: 'auto' | 'always' | 'never' | undefined;
}

/** `ConsoleOptions`, checked and complete. */
export type ConsoleSettings = EffectiveOptions<ConsoleOptions>;

/** The default values. */
export const consoleDefaults: ConsoleSettings = { color: 'auto' };

/** The values of `color`. */
export const COLORS = ['auto', 'always', 'never'] as const satisfies readonly ConsoleSettings['color'][];
