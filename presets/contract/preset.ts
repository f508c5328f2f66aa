import type { BackendStats } from '../../delivery/backend-health.js';
import type { SignalCounts } from '../../delivery/common/counts.js';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import type { DeliverySettings } from '../../delivery/options.js';
import { nearest } from '../../lib/agentese/errors/nearest.js';
import { valueInWords } from '../../lib/agentese/errors/value-in-words.js';
import type { CustomBackend, OtlpBackend } from './custom-backend.js';
import type { LogRecordProcessor, MetricReader, Sampler, SpanProcessor } from './sdk-parts.js';
import { isStandardSchema, type StandardSchema } from './standard-schema.js';

/** What one preset has done with the telemetry that it received. */
export interface PresetStats {
	/** The counts of ended spans. */
	spans: SignalCounts;
	/** The counts of metric data points. */
	metricPoints: SignalCounts;
	/** The counts of log records. */
	logs: SignalCounts;
	/** The absolute paths of the files that this process wrote and that still exist. */
	files: string[];
	/** The addresses that the preset sends to or listens on. @default [] */
	backends?: BackendStats[];
}

/** What a preset gives to the SDK. A signal that it does not export is left out. */
export interface PresetParts {
	/** Receive every span at its start and at its end. @default [] */
	readonly spanProcessors?: readonly SpanProcessor[] | undefined;
	/** Collect metrics. @default [] */
	readonly metricReaders?: readonly MetricReader[] | undefined;
	/** Receive every log record. @default [] */
	readonly logRecordProcessors?: readonly LogRecordProcessor[] | undefined;
	/**
	 * Decides about root spans and child spans instead of `sampling.rate`. It receives the toolkit's attributes at the
	 * start of a span.
	 *
	 * @default the sampler of `sampling.rate`
	 */
	readonly sampler?: Sampler | undefined;
	/**
	 * Returns the current counts. If it throws, `telemetry.stats()` throws the same.
	 *
	 * @default the preset is left out of the toolkit's `stats()`
	 */
	stats?(): PresetStats;
}

/** What the toolkit gives to a preset when it creates the parts. */
export interface PresetEnvironment {
	/**
	 * The absolute path that relative paths of the options are resolved against: the directory of the config file, or the
	 * working directory if there is no file.
	 */
	readonly directory: string;
	/** The signals that the config sends to this preset. The parts of other signals are ignored. */
	readonly signals: readonly ('traces' | 'metrics' | 'logs')[];
	/**
	 * Registers a function that is called synchronously when the process ends in any way that can be observed. Returns
	 * a function that removes it. Never throws; what `write` throws is logged.
	 */
	readonly whenProcessEnds: (write: (end: EndOfProcess) => void) => () => void;
	/** The section `delivery` of the config. @default no journal on disk, and the defaults of that section */
	readonly delivery?: DeliverySettings;
	/**
	 * Creates the parts that send to a backend: processors and readers with a queue bounded in bytes, the journal on disk
	 * and a sender, as the presets `otlp` and `jaeger` have them. `stats()`, messages and the folder in the journal have
	 * the name of the preset. Records that a process leaves in the journal are sent by the next process, or by
	 * `agentese-otel flush`: it calls `create` if there are such records, and uses nothing else of the parts.
	 *
	 * @param to - the backend: the options of the section `otlp` of a config, or an object with a `send` function
	 * @returns a promise of the parts, which `create` may return
	 * @throws TypeError (as a rejection) if an option of the backend is wrong
	 */
	deliver(to: OtlpBackend | CustomBackend): Promise<PresetParts>;
}

/** A destination of telemetry: it turns the options of the config into processors and readers of the SDK. */
export interface Preset<Options> {
	/**
	 * The entry in the `preset` list of the config, and the name of the section that has its options. Lowercase letters,
	 * digits and hyphens; the first is a letter.
	 */
	readonly name: string;
	/**
	 * The schema that checks the section and adds its defaults, of any library that follows Standard Schema version 1,
	 * such as zod 4. It may check asynchronously. If the section does not fit, loading the config reports each issue as a
	 * configuration error.
	 *
	 * @default the preset accepts no options
	 */
	readonly schema?: StandardSchema<Options> | undefined;
	/**
	 * Creates the parts. It may return a promise, because the preset imports its part of the SDK only now. If it throws,
	 * telemetry does not start.
	 *
	 * @param options - the section of the config, as `schema` returns it
	 */
	create(options: Options, environment: PresetEnvironment): PresetParts | Promise<PresetParts>;
}

const KEYS = ['name', 'schema', 'create'];

/**
 * Declares a preset, and returns it unchanged. The type of its options is what its schema returns.
 * `presets/console/` in the repository is a preset to copy.
 *
 * @param preset - its name, its schema and its factory
 * @returns the same object
 * @throws TypeError if the name, the schema or the factory is not valid, or if there is another key: a wrong preset
 * fails when it is defined, not when telemetry starts
 *
 * @example
 * ```ts
 * import { definePreset } from 'agentese-otel/extend';
 * import { z } from 'zod';
 *
 * const preset = definePreset({
 * 	name: 'roll',
 * 	schema: z.strictObject({ lines: z.number().default(3) }),
 * 	create: ({ lines }) => ({ spanProcessors: lines > 0 ? [] : [] }),
 * });
 * preset.name; // => 'roll'
 * definePreset({ ...preset, name: 'Roll' }); // throws TypeError: The name of a preset must be lowercase letters
 * ```
 */
export function definePreset<Options>(preset: Preset<Options>): Preset<Options> {
	if (typeof preset !== 'object' || preset === null || Array.isArray(preset)) {
		throw new TypeError(
			`definePreset() accepts an object with the keys ${KEYS.join(', ')}; it got ${valueInWords(preset)}.`,
		);
	}
	for (const key of Object.keys(preset)) {
		if (KEYS.includes(key)) continue;
		const [near] = nearest(key, KEYS, 1);
		const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
		throw new TypeError(`A preset has the keys ${KEYS.join(', ')}; it got "${key}".${hint}`);
	}
	if (typeof preset.name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(preset.name)) {
		throw new TypeError(
			'The name of a preset must be lowercase letters, digits and hyphens, with a letter first; ' +
				`it got ${JSON.stringify(preset.name)}.`,
		);
	}
	if (preset.schema !== undefined && !isStandardSchema(preset.schema)) {
		throw new TypeError(
			`The schema of preset "${preset.name}" must follow Standard Schema version 1, as z.strictObject({ … }) of zod 4 ` +
				`does; it got ${typeof preset.schema}.`,
		);
	}
	if (typeof preset.create !== 'function') {
		throw new TypeError(
			`Preset "${preset.name}" needs create(options, environment), which returns its processors and readers; ` +
				`it got ${typeof preset.create}.`,
		);
	}
	return preset;
}
