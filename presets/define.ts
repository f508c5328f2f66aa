import type { TelemetryConfig } from './config.js';

/** Answers the config as it is: for the types, in a config file that is code. It loads nothing. */
export function defineConfig(config: TelemetryConfig): TelemetryConfig {
	return config;
}
