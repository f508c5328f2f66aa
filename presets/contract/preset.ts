import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { ZodType } from 'zod';
import type { BackendStats } from '../../delivery/backend-health.js';
import type { SignalCounts } from '../../delivery/common/counts.js';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import type { DeliverySettings } from '../../delivery/options.js';
import { nearest } from '../../lib/agentese/errors/nearest.js';
import type { CustomBackend, OtlpBackend } from './custom-backend.js';

/** What one preset knows about its own work. */
export interface PresetStats {
	spans: SignalCounts;
	metricPoints: SignalCounts;
	logs: SignalCounts;
	/** The files written by this process that still stand. */
	files: string[];
	/** The places that it sends to. @default none */
	backends?: BackendStats[];
}

/** What a preset hands to the SDK: a signal that it does not carry is left out. */
export interface PresetParts {
	readonly spanProcessors?: readonly SpanProcessor[];
	readonly metricReaders?: readonly IMetricReader[];
	readonly logRecordProcessors?: readonly LogRecordProcessor[];
	/** Decides for roots and children alike, instead of `sampling.rate`; it sees our attributes at the start of a span. */
	readonly sampler?: Sampler;
	/** Counts what it carried; a preset without it is left out of `stats()`. */
	stats?(): PresetStats;
}

/** What surrounds a preset. */
export interface PresetEnvironment {
	/** The directory that relative files of the config are meant from: the config file's own, else the working one. */
	readonly directory: string;
	/** The signals that are wanted of it: those it carries, less those that the config gives to others. */
	readonly signals: readonly ('traces' | 'metrics' | 'logs')[];
	/** Runs `write` synchronously when the process ends in any way that can be seen; answers how to take it out again. */
	readonly whenProcessEnds: (write: (end: EndOfProcess) => void) => () => void;
	/** What holds for the way to a backend. @default nothing is kept on disk */
	readonly delivery?: DeliverySettings;
	/**
	 * Makes the parts that send to a backend: processors and readers which go through a queue bounded in bytes, the
	 * journal on disk and a sender, as those of the presets `otlp` and `jaeger` do. `stats()`, messages and the folder in
	 * the journal carry the preset's name; what a process leaves is sent by the next one, and by `agentese-otel flush`,
	 * which calls `make` for that where something lies there, and uses nothing else of what it answers.
	 *
	 * @param to - where to: what the section `otlp` of a config may say, or a `send` of one's own
	 * @throws TypeError where something of that is wrong
	 */
	deliver(to: OtlpBackend | CustomBackend): Promise<PresetParts>;
}

/** Where telemetry goes: config in, processors and readers out. */
export interface Preset<Options> {
	/** The word in the config's `preset` list, and the key of its own options in the config. */
	readonly name: string;
	/** Checks the options in the config, and gives them their defaults; without it there are none to say. */
	readonly schema?: ZodType<Options>;
	/** Makes the parts; may await, since the SDK is loaded only now. */
	make(options: Options, environment: PresetEnvironment): PresetParts | Promise<PresetParts>;
}

const KEYS = ['name', 'schema', 'make'];

/**
 * Declares a preset: one file, in the order options type, defaults, checks, factory. `presets/console/preset.ts` is the one to
 * copy.
 *
 * @throws TypeError where the name, the schema, the factory or a key is not one: a preset is wrong when it is defined,
 * not when telemetry starts
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
	if (preset.schema !== undefined && typeof preset.schema?.safeParse !== 'function') {
		throw new TypeError(
			`The schema of preset "${preset.name}" is one of zod's, such as z.strictObject({ … }); ` +
				`it got ${typeof preset.schema}.`,
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
