import { z } from 'zod';
import { jsonDefaults, jsonOptions } from './json.js';

const PRESETS = ['json', 'none'] as const;
const SPAN_NAMES = ['invoke', 'path'] as const;

const preset = z
	.union([z.enum(PRESETS), z.array(z.enum(PRESETS)).nonempty()])
	.transform((said) => (typeof said === 'string' ? [said] : [...new Set(said)]))
	.refine((names) => names.length === 1 || !names.includes('none'));

const attribute = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.array(z.number())]);

/**
 * The one source of the config's shape: its types, its checks and its messages are made from it.
 *
 * Each key says in `legal` what may stand there and in `words` which words are known, so that a fault's message can
 * name both; `description` is the key's line in the docs.
 */
export const configSchema = z.strictObject({
	enabled: z
		.boolean()
		.meta({ legal: 'true or false', description: 'false: nothing is started and nothing is opened.' })
		.optional(),
	serviceName: z
		.string()
		.min(1)
		.meta({ legal: 'a name', description: 'service.name of all telemetry; else the name in package.json.' })
		.optional(),
	preset: preset
		.meta({
			legal: 'json or none, or a list of them in which none stands alone',
			words: PRESETS,
			description: 'Where telemetry goes. A later source replaces the whole list.',
		})
		.optional(),
	sampling: z
		.strictObject({
			rate: z
				.number()
				.min(0)
				.max(1)
				.meta({
					legal: 'a number from 0 to 1',
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
	json: jsonOptions.optional(),
	resource: z
		.record(z.string(), attribute)
		.meta({
			legal: 'attributes: a text, a number, true, false, or a list of texts or numbers',
			description: 'Attributes of all telemetry of this process.',
		})
		.optional(),
	strict: z
		.boolean()
		.meta({
			legal: 'true or false',
			description: 'false: a faulty config starts nothing and says so, rather than throwing.',
		})
		.optional(),
});

/** What a person writes. */
export type TelemetryConfig = z.input<typeof configSchema>;

/** What one source said, checked, with quantities as numbers. */
export type ConfigLayer = z.output<typeof configSchema>;

type Said<T> = { [K in keyof T]-?: NonNullable<T[K]> };

/** What holds, every key of it. `serviceName` alone may be unsaid: it is then found in package.json. */
export interface EffectiveConfig extends Omit<Said<ConfigLayer>, 'serviceName' | 'sampling' | 'json'> {
	serviceName: string | undefined;
	sampling: Said<NonNullable<ConfigLayer['sampling']>>;
	json: Said<NonNullable<ConfigLayer['json']>>;
}

/** What holds where nobody says anything: local files, which work with no server. */
export function defaultConfig(): EffectiveConfig {
	return {
		enabled: true,
		serviceName: undefined,
		preset: ['json'],
		sampling: { rate: 1 },
		spanName: 'invoke',
		json: { ...jsonDefaults },
		resource: {},
		strict: true,
	};
}
