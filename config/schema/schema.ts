import { z } from 'zod';
import { deliveryOptions } from '../../delivery/schema.js';
import { OBSERVER_KEYS } from '../../lib/agentese/observers/observer-attributes.js';
import { CONVENTIONS } from '../../lib/invocation/settings.js';
import { faultOfMatch } from '../../lib/rules/rule.js';
import { CAPTURES, ERROR_CONTENTS } from '../../lib/signals/capture/settings.js';
import { consoleOptions } from '../../presets/console/schema.js';
import { LEGAL_PRESET, PRESETS } from '../../presets/contract/names.js';
import { otlpOptions } from '../../presets/contract/otlp-schema.js';
import { jaegerOptions } from '../../presets/jaeger/schema.js';
import { jsonOptions } from '../../presets/json/schema.js';
import { prometheusOptions } from '../../presets/prometheus/schema.js';
import { captureOption, errorsOption, LEGAL_CAPTURE_OPTION, LEGAL_REDACT, redactOption } from './privacy.js';

/** The values of `spanName`. */
const SPAN_NAMES = ['invoke', 'path'] as const;
/** The values of `logLevel`, from silent to the most verbose. */
const LOG_LEVELS = ['none', 'error', 'warn', 'info', 'debug', 'verbose'] as const;
/** The `legal` text of booleans. */
const YES_OR_NO = 'true or false';

/** The name of a shipped preset, or the path or package name of a module. The module is checked when it is loaded. */
const word = z.union([z.enum(PRESETS), z.string().min(1)]);

/** One preset or several; always a list of distinct names after the check. `none` cannot be combined. */
const preset = z
	.union([word, z.array(word).nonempty()])
	.transform((value): string[] => (typeof value === 'string' ? [value] : [...new Set<string>(value)]))
	.refine((names) => names.length === 1 || !names.includes('none'));

/** A value of a resource attribute. */
const attribute = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.array(z.number())]);

/** A share of traces. */
const rate = z.number().min(0).max(1);
const LEGAL_RATE = 'a number from 0 to 1';

/** The object form of `autoInstrumentation`. Names and options are checked where they are used. */
const instrumentations = z
	.object({
		include: z
			.array(z.string().min(1))
			.meta({
				legal: 'a list of names, such as [http, pg]',
				description: 'The libraries to instrument, by the names of their instrumentations.',
				fallback: '[]',
			})
			.optional(),
	})
	.catchall(z.union([z.boolean(), z.record(z.string(), z.unknown()), z.array(z.string())]).optional())
	.meta({ others: 'The options of one instrumentation, by its name; true loads it, false leaves it out.' });

/** One entry of `rules`. It must set something for what it matches. */
const rule = z
	.strictObject({
		match: z
			.string()
			.min(1)
			.refine((text) => faultOfMatch(text) === undefined)
			.meta({
				legal:
					'the glob of a path, such as "world.**", or a method, such as "Soul.challenge"; a star is a whole segment',
				description: 'Which invocations the rule applies to: the glob of a path, or Class.method.',
			}),
		enabled: z
			.boolean()
			.meta({ legal: YES_OR_NO, description: 'false: they create no spans and no measurements.', fallback: 'true' })
			.optional(),
		name: z
			.string()
			.min(1)
			.meta({ legal: 'a name', description: 'The name of their spans.', fallback: 'the name that spanName sets' })
			.optional(),
		rate: rate
			.meta({
				legal: LEGAL_RATE,
				description: 'The share of the traces they begin that is kept.',
				fallback: 'sampling.rate',
			})
			.optional(),
	})
	.refine(({ enabled, name, rate: share }) => enabled !== undefined || name !== undefined || share !== undefined, {
		message: 'it sets nothing for what it matches; legal beside "match": enabled, name, rate',
	});

/**
 * The zod schema of the config. The config's checks and messages, the interface `TelemetryConfig`, the JSON schema for
 * editors, the keys of the fast check and the table in the docs are all derived from it (`node scripts/make-schema.mjs`).
 *
 * The metadata of each key: `legal` describes the legal values in messages, `words` lists the known words for the hint
 * of a message, and `description` is the key's text in the docs and in editors. `fallback` describes what a key without
 * a default value means if no source sets it, and `typescript` is the type of a value that only code can contain.
 */
export const configSchema = z.strictObject({
	$schema: z
		.string()
		.meta({ legal: 'the address of a JSON schema', description: 'For editors only.', fallback: 'none' })
		.optional(),
	enabled: z
		.boolean()
		.meta({ legal: YES_OR_NO, description: 'false: no telemetry is started, and no file or port is opened.' })
		.optional(),
	serviceName: z
		.string()
		.min(1)
		.meta({ legal: 'a name', description: 'service.name of all telemetry.', fallback: 'the name in package.json' })
		.optional(),
	serviceVersion: z
		.string()
		.min(1)
		.meta({
			legal: 'a version',
			description: 'service.version of all telemetry.',
			fallback: 'the version in package.json',
		})
		.optional(),
	environment: z
		.string()
		.min(1)
		.meta({
			legal: 'a name such as production',
			description: 'deployment.environment.name of all telemetry.',
			fallback: 'the attribute is not set',
		})
		.optional(),
	preset: preset
		.meta({
			legal: LEGAL_PRESET,
			words: PRESETS,
			description: 'Where telemetry is sent or written. A source of higher precedence replaces the whole list.',
		})
		.optional(),
	autoInstrumentation: z
		.union([z.boolean(), instrumentations])
		.meta({
			legal: 'true, false, { include: [http, pg] }, or instrumentations by name such as { http: { … } }',
			description: 'Whether libraries are instrumented: all of them, or the named ones, also with options.',
		})
		.optional(),
	sampling: z
		.strictObject({
			rate: rate
				.meta({
					legal: LEGAL_RATE,
					description:
						'The share of traces that is kept; a child span follows its parent. Metrics count all invocations.',
				})
				.optional(),
		})
		.meta({ description: 'Which traces are kept.' })
		.optional(),
	metered: z
		.boolean()
		.meta({
			legal: YES_OR_NO,
			description: 'false: `@Traced` alone counts and measures nothing; its option `metered` has precedence.',
		})
		.optional(),
	spanName: z
		.enum(SPAN_NAMES)
		.meta({
			legal: 'invoke or path',
			words: SPAN_NAMES,
			description:
				'invoke: every span is named agentese.invoke; path: each span is named by its path template, which makes the ' +
				'lists of any backend readable.',
			fallback: '`invoke`; `path` with the preset `jaeger`',
		})
		.optional(),
	observer: z
		.strictObject({
			baggage: z
				.array(z.enum(OBSERVER_KEYS).meta({ legal: OBSERVER_KEYS.join(', '), words: OBSERVER_KEYS }))
				.meta({
					legal: `a list of ${OBSERVER_KEYS.join(', ')}`,
					description:
						'The attributes of the observer that are put into outgoing baggage, which every called server can read.',
				})
				.optional(),
		})
		.meta({ description: 'Which attributes of the observer are passed on to other processes.' })
		.optional(),
	conventions: z
		.array(z.enum(CONVENTIONS).meta({ legal: CONVENTIONS.join(', '), words: CONVENTIONS }))
		.meta({
			legal: 'a list of conventions: genai',
			description:
				"Additional conventions for the spans and metrics of invocations. genai is OpenTelemetry's convention for agents.",
		})
		.optional(),
	rules: z
		.array(rule)
		.meta({
			legal: 'a list of rules with the keys match, enabled, name, rate',
			description: 'Settings for some invocations only. A source of higher precedence replaces the whole list.',
		})
		.optional(),
	redact: redactOption(z)
		.meta({
			legal: LEGAL_REDACT,
			description: 'Whether secrets are redacted, and the custom rules that apply in addition to the detectors.',
		})
		.optional(),
	errors: errorsOption(z)
		.meta({
			legal: 'full or type',
			words: ERROR_CONTENTS,
			description: 'type: only the type of an error is written, not its message and not its stack.',
		})
		.optional(),
	capture: captureOption(z)
		.meta({
			legal: LEGAL_CAPTURE_OPTION,
			words: CAPTURES,
			description:
				'What is written of arguments and results. A word sets both: nothing, types and sizes, or their values.',
			fallback: 'off',
		})
		.optional(),
	otlp: otlpOptions(z).meta({ description: 'The options of the preset otlp.' }).optional(),
	jaeger: jaegerOptions(z).meta({ description: 'The options of the preset jaeger.' }).optional(),
	json: jsonOptions(z).meta({ description: 'The options of the preset json.' }).optional(),
	prometheus: prometheusOptions(z).meta({ description: 'The options of the preset prometheus.' }).optional(),
	console: consoleOptions(z).meta({ description: 'The options of the preset console.' }).optional(),
	delivery: deliveryOptions(z)
		.meta({ description: 'How the presets that send keep and retry what they could not send yet.' })
		.optional(),
	resource: z
		.record(z.string(), attribute)
		.meta({
			legal: 'attributes: a text, a number, true, false, or a list of texts or numbers',
			description: 'Resource attributes of all telemetry of this process.',
		})
		.optional(),
	strict: z
		.boolean()
		.meta({
			legal: YES_OR_NO,
			description: 'false: a faulty config is logged and no telemetry is started, instead of an exception.',
		})
		.optional(),
	logLevel: z
		.enum(LOG_LEVELS)
		.meta({
			legal: 'none, error, warn, info, debug or verbose',
			words: LOG_LEVELS,
			description: 'The least severe messages of the toolkit and of OpenTelemetry that are written to stderr.',
		})
		.optional(),
});
