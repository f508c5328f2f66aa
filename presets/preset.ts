import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { nearest } from '../lib/paths/nearest.js';
import type { EndOfProcess } from './ending.js';

/** What happened to one signal's records. `made = written + queued + dropped` holds at every moment. */
export interface SignalCounts {
	/** Ended spans, metric points or log records that reached the preset. */
	made: number;
	/** Those that are in a file, or were handed to a backend. */
	written: number;
	/** Those that wait in memory. */
	queued: number;
	/** Those that are lost. */
	dropped: number;
	/** The lost ones by reason. */
	droppedBy: Record<string, number>;
}

/** What one preset knows about its own work. */
export interface PresetStats {
	spans: SignalCounts;
	metricPoints: SignalCounts;
	logs: SignalCounts;
	/** The files written by this process that still stand. */
	files: string[];
}

/** What a preset hands to the SDK: a signal that it does not carry is left out. */
export interface PresetParts {
	readonly spanProcessors?: readonly SpanProcessor[];
	readonly metricReaders?: readonly IMetricReader[];
	readonly logRecordProcessors?: readonly LogRecordProcessor[];
	/** Counts what it carried; a preset without it is left out of `stats()`. */
	stats?(): PresetStats;
}

/** What surrounds a preset. */
export interface PresetEnvironment {
	/** The directory that relative files of the config are meant from: the config file's own, else the working one. */
	readonly directory: string;
	/** Runs `write` synchronously when the process ends in any way that can be seen; answers how to take it out again. */
	readonly whenProcessEnds: (write: (end: EndOfProcess) => void) => () => void;
}

/** Where telemetry goes: config in, processors and readers out. */
export interface Preset<Options> {
	/** The word in the config's `preset` list, and the key of its own options in the config. */
	readonly name: string;
	/** Makes the parts; may await, since the SDK is loaded only now. */
	make(options: Options, environment: PresetEnvironment): PresetParts | Promise<PresetParts>;
}

const KEYS = ['name', 'make'];

/**
 * Declares a preset: one file, in the order options type, defaults, checks, factory. `presets/json.ts` is the one to
 * copy.
 *
 * @throws TypeError where the name, the factory or a key is not one: a preset is wrong when it is defined, not when
 * telemetry starts
 */
export function definePreset<Options>(preset: Preset<Options>): Preset<Options> {
	for (const key of Object.keys(preset)) {
		if (KEYS.includes(key)) continue;
		const [near] = nearest(key, KEYS, 1);
		const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
		throw new TypeError(`A preset has the keys ${KEYS.join(', ')}; it got "${key}".${hint}`);
	}
	if (typeof preset.name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(preset.name)) {
		throw new TypeError(
			`A preset's name is a word of small letters, digits and hyphens; it got ${JSON.stringify(preset.name)}.`,
		);
	}
	if (typeof preset.make !== 'function') {
		throw new TypeError(
			`Preset "${preset.name}" needs make(options, environment), which answers its processors and readers; ` +
				`it got ${typeof preset.make}.`,
		);
	}
	return preset;
}
