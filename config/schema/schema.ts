import { z } from 'zod';
import { deliveryOptions } from '../../delivery/options.js';
import { OBSERVER_KEYS } from '../../lib/agentese/observers/observer-attributes.js';
import { CONVENTIONS } from '../../lib/invocation/settings.js';
import { faultOfMatch } from '../../lib/rules/rule.js';
import { CAPTURES, ERROR_CONTENTS } from '../../lib/signals/capture/settings.js';
import { consoleOptions } from '../../presets/console/options.js';
import { LEGAL_PRESET, PRESETS } from '../../presets/contract/names.js';
import { otlpOptions } from '../../presets/contract/otlp-options.js';
import { jaegerOptions } from '../../presets/jaeger/options.js';
import { jsonOptions } from '../../presets/json/options.js';
import { prometheusOptions } from '../../presets/prometheus/options.js';
import { captureLimitsOptions, captureOption, errorsOption, LEGAL_REDACT, redactOption } from './privacy.js';

const SPAN_NAMES = ['invoke', 'path'] as const;
const LOG_LEVELS = ['none', 'error', 'warn', 'info', 'debug', 'verbose'] as const;
const YES_OR_NO = 'true or false';

/** A word that ships, or the path or package name of a module; whether there is one is seen when it is loaded. */
const word = z.union([z.enum(PRESETS), z.string().min(1)]);

const preset = z
	.union([word, z.array(word).nonempty()])
	.transform((said): string[] => (typeof said === 'string' ? [said] : [...new Set<string>(said)]))
	.refine((names) => names.length === 1 || !names.includes('none'));

const attribute = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.array(z.number())]);

const rate = z.number().min(0).max(1);
const LEGAL_RATE = 'a number from 0 to 1';

const instrumentations = z
	.object({ include: z.array(z.string().min(1)).optional() })
	.catchall(z.union([z.boolean(), z.record(z.string(), z.unknown()), z.array(z.string())]));

const rule = z
	.strictObject({
		match: z
			.string()
			.min(1)
			.refine((text) => faultOfMatch(text) === undefined)
			.meta({
				legal:
					'the glob of a path, such as "world.**", or a method, such as "Soul.challenge"; a star is a whole segment',
				description: 'Which invocations the rule is about: the glob of a path, or Class.method.',
			}),
		enabled: z
			.boolean()
			.meta({ legal: YES_OR_NO, description: 'false: no span and no measurement is made of them.' })
			.optional(),
		name: z.string().min(1).meta({ legal: 'a name', description: 'What their spans are called.' }).optional(),
		rate: rate.meta({ legal: LEGAL_RATE, description: 'The share of their traces that is kept.' }).optional(),
	})
	.refine(({ enabled, name, rate: share }) => enabled !== undefined || name !== undefined || share !== undefined, {
		message: 'it says nothing of what it matches; legal beside "match": enabled, name, rate',
	});

/**
 * The one source of the config's shape: its types, its checks, its messages, the JSON schema for editors and the table
 * in the docs are made from it.
 *
 * Each key says in `legal` what may stand there and in `words` which words are known, so that a fault's message can
 * name both; `description` is the key's line in the docs.
 */
export const configSchema = z.strictObject({
	$schema: z.string().meta({ legal: 'the address of a JSON schema', description: 'For editors.' }).optional(),
	enabled: z
		.boolean()
		.meta({ legal: YES_OR_NO, description: 'false: nothing is started and nothing is opened.' })
		.optional(),
	serviceName: z
		.string()
		.min(1)
		.meta({ legal: 'a name', description: 'service.name of all telemetry; else the name in package.json.' })
		.optional(),
	preset: preset
		.meta({
			legal: LEGAL_PRESET,
			words: PRESETS,
			description: 'Where telemetry goes. A stronger source replaces the whole list.',
		})
		.optional(),
	autoInstrumentation: z
		.union([z.boolean(), instrumentations])
		.meta({
			legal: 'true, false, { include: [http, pg] }, or instrumentations by name such as { http: { … } }',
			description: "Whether libraries are watched as well: all, the named ones, or those with options of one's own.",
		})
		.optional(),
	sampling: z
		.strictObject({
			rate: rate
				.meta({
					legal: LEGAL_RATE,
					description: 'The share of traces that is kept; a child follows its parent. Metrics count all.',
				})
				.optional(),
		})
		.optional(),
	spanName: z
		.enum(SPAN_NAMES)
		.meta({
			legal: 'invoke or path',
			words: SPAN_NAMES,
			description: 'invoke: every span is called agentese.invoke; path: by its path template.',
		})
		.optional(),
	observer: z
		.strictObject({
			baggage: z
				.array(z.enum(OBSERVER_KEYS).meta({ legal: OBSERVER_KEYS.join(', '), words: OBSERVER_KEYS }))
				.meta({
					legal: `a list of ${OBSERVER_KEYS.join(', ')}`,
					description: 'What of who asks goes into outgoing baggage, which every server that is called can read.',
				})
				.optional(),
		})
		.optional(),
	conventions: z
		.array(z.enum(CONVENTIONS).meta({ legal: CONVENTIONS.join(', '), words: CONVENTIONS }))
		.meta({
			legal: 'a list of conventions: genai',
			description: "The conventions that invocations follow beside our own: genai is OpenTelemetry's for agents.",
		})
		.optional(),
	rules: z
		.array(rule)
		.meta({
			legal: 'a list of rules with the keys match, enabled, name, rate',
			description: 'What holds for some invocations only. A stronger source replaces the whole list.',
		})
		.optional(),
	redact: redactOption(z)
		.meta({
			legal: LEGAL_REDACT,
			description: "Whether secrets are hidden, and by which rules of one's own beside the detectors.",
		})
		.optional(),
	errors: errorsOption(z)
		.meta({
			legal: 'full or type',
			words: ERROR_CONTENTS,
			description: 'type: neither the message nor the stack of an error is written.',
		})
		.optional(),
	capture: captureOption(z)
		.meta({
			legal: 'off, metadata or full',
			words: CAPTURES,
			description: 'What is written of arguments and results: nothing, types and sizes, or all within captureLimits.',
		})
		.optional(),
	captureLimits: captureLimitsOptions(z).optional(),
	otlp: otlpOptions(z).optional(),
	jaeger: jaegerOptions(z).optional(),
	json: jsonOptions(z).optional(),
	prometheus: prometheusOptions(z).optional(),
	console: consoleOptions(z).optional(),
	delivery: deliveryOptions(z).optional(),
	resource: z
		.record(z.string(), attribute)
		.meta({
			legal: 'attributes: a text, a number, true, false, or a list of texts or numbers',
			description: 'Attributes of all telemetry of this process.',
		})
		.optional(),
	compileCache: z
		.boolean()
		.meta({
			legal: YES_OR_NO,
			description:
				"true: what is loaded from then on, the application's own code too, comes out of Node's compile cache.",
		})
		.optional(),
	strict: z
		.boolean()
		.meta({
			legal: YES_OR_NO,
			description: 'false: a faulty config starts nothing and says so, rather than throwing.',
		})
		.optional(),
	logLevel: z
		.enum(LOG_LEVELS)
		.meta({
			legal: 'none, error, warn, info, debug or verbose',
			words: LOG_LEVELS,
			description: "Which of the toolkit's and OpenTelemetry's own messages are said on stderr.",
		})
		.optional(),
});

/** What a person writes. */
export type TelemetryConfig = z.input<typeof configSchema>;

/** What one source said, checked, with quantities as numbers. */
export type ConfigLayer = z.output<typeof configSchema>;

/** One rule about some invocations. */
export type ConfigRule = z.output<typeof rule>;
