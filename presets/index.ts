export type { EffectiveConfig, TelemetryConfig } from './config.js';
export { ConfigurationError, type ConfigurationFault } from './configuration-error.js';
export { defineConfig } from './define.js';
export type { EndOfProcess } from './ending.js';
export type { JsonOptions } from './json.js';
export { type LoadedConfig, loadConfig } from './load.js';
export {
	definePreset,
	type Preset,
	type PresetEnvironment,
	type PresetParts,
	type PresetStats,
	type SignalCounts,
} from './preset.js';
export { nodeSdkConfiguration } from './sdk.js';
export { startTelemetry } from './start.js';
export type { Telemetry, TelemetryStats } from './telemetry.js';
