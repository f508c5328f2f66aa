import { isLegalNumber, NUMBER_VARIABLES, type NumberVariableName } from '../../lib/runtime/environment.js';
import { PROTOCOLS, readEndpoint } from '../../presets/contract/endpoint.js';
import { SIGNALS, type Signal } from '../common/layer.js';
import { INSTRUMENTATIONS } from '../schema/instrumentation-names.js';

/** One of OpenTelemetry's environment variables. */
export interface OtelVariable {
	/** What is legal, for messages. */
	readonly legal: string;
	/** What is in effect if the variable is not set, or not legal, for messages. */
	readonly fallback: string;
	/** Returns the parts of a value that are not legal; an empty list for a legal value. */
	wrong(text: string): readonly string[];
}

/**
 * The presets that the names of exporters stand for. `zipkin` has none: the specification has deprecated its exporter.
 */
const EXPORTERS: Readonly<Record<Signal, readonly string[]>> = {
	traces: ['otlp', 'console', 'jaeger', 'json', 'none'],
	metrics: ['otlp', 'console', 'prometheus', 'json', 'none'],
	logs: ['otlp', 'console', 'json', 'none'],
};

/** The values of `OTEL_LOG_LEVEL` as values of `logLevel`. */
export const LOG_LEVELS: Readonly<Record<string, string>> = {
	none: 'none',
	error: 'error',
	warn: 'warn',
	info: 'info',
	debug: 'debug',
	verbose: 'verbose',
	all: 'verbose',
};

/** The share of root spans that each sampler of the specification keeps, by the sampler's argument. */
export const SAMPLERS: Readonly<Record<string, (share: number) => number>> = {
	always_on: () => 1,
	always_off: () => 0,
	traceidratio: (share) => share,
	parentbased_always_on: () => 1,
	parentbased_always_off: () => 0,
	parentbased_traceidratio: (share) => share,
};

/** A variable with one value. */
const one = (accepts: (text: string) => boolean, legal: string, fallback: string): OtelVariable => ({
	legal,
	fallback,
	wrong: (text) => (accepts(text) ? [] : [text]),
});

/** A variable with one of several words. */
const word = (words: readonly string[], fallback: string): OtelVariable =>
	one((text) => words.includes(text.toLowerCase()), words.join(', '), fallback);

/** A variable with a list of words, of which those that are not known are left out. */
const list = (words: readonly string[], fallback: string): OtelVariable => ({
	legal: words.join(', '),
	fallback,
	wrong: (text) => splitWords(text).filter((part) => !words.includes(part)),
});

/** Returns the words of a list, without blanks. */
export function splitWords(text: string): string[] {
	return text
		.split(',')
		.map((part) => part.trim())
		.filter((part) => part !== '');
}

const SWITCH = word(['true', 'false'], 'false');
const ANY_TEXT = one(() => true, 'a text', 'none');
const INSTRUMENTATION_LIST = list(INSTRUMENTATIONS, 'all instrumentations');

/** The variables of OTLP, by their last words. */
const OTLP: Readonly<Record<string, OtelVariable>> = {
	ENDPOINT: one(
		(text) => readEndpoint(text) !== undefined,
		'the address of a server',
		'that of the config, else localhost',
	),
	PROTOCOL: one((text) => (PROTOCOLS as readonly string[]).includes(text), PROTOCOLS.join(', '), PROTOCOLS[0]),
	COMPRESSION: one((text) => ['none', 'gzip'].includes(text), 'none, gzip', 'none'),
	TIMEOUT: one((text) => Number(text) > 0 && Number.isFinite(Number(text)), 'a number of milliseconds from 1', '10000'),
	INSECURE: SWITCH,
	HEADERS: {
		legal: 'names with values, such as a=1,b=2, each percent-encoded',
		fallback: 'it is left out',
		wrong: wrongPairs,
	},
	// Whether the file can be used is reported when the preset connects.
	CERTIFICATE: ANY_TEXT,
	CLIENT_CERTIFICATE: ANY_TEXT,
	CLIENT_KEY: ANY_TEXT,
};

/** The name of a variable of OTLP, for one signal or for all. */
export function otlpVariableName(key: string, signal: Signal | undefined): string {
	return `OTEL_EXPORTER_OTLP_${signal === undefined ? '' : `${signal.toUpperCase()}_`}${key}`;
}

/** The argument of a sampler that keeps a share of traces. */
const SAMPLER_ARGUMENT = one(
	(text) => /^(\d+(\.\d*)?|\.\d+)(e-?\d+)?$/i.test(text) && Number(text) <= 1,
	'a number from 0 to 1',
	'1, which keeps every trace',
);

/** OpenTelemetry's variables that have an effect, by their names. */
export const OTEL_VARIABLES: Readonly<Record<string, OtelVariable>> = {
	OTEL_SDK_DISABLED: SWITCH,
	OTEL_SERVICE_NAME: ANY_TEXT,
	OTEL_RESOURCE_ATTRIBUTES: {
		legal: 'attributes with values, such as a=1,b=2, each percent-encoded',
		fallback: 'it is left out',
		wrong: (text) => wrongPairs(text, true),
	},
	OTEL_LOG_LEVEL: word(Object.keys(LOG_LEVELS), 'warn'),
	OTEL_PROPAGATORS: list(['tracecontext', 'baggage', 'b3', 'b3multi', 'none'], 'tracecontext, baggage'),
	OTEL_TRACES_SAMPLER: one(
		(text) => Object.hasOwn(SAMPLERS, text),
		Object.keys(SAMPLERS).join(', '),
		'parentbased_always_on',
	),
	OTEL_TRACES_SAMPLER_ARG: SAMPLER_ARGUMENT,
	OTEL_CONFIG_FILE: ANY_TEXT,
	...Object.fromEntries(
		Object.entries(NUMBER_VARIABLES).map(
			([name, { min, unit, fallback }]: [string, { min: number; unit?: string; fallback: string }]) => [
				name,
				one(
					(text) => isLegalNumber(name as NumberVariableName, text),
					`a whole number${unit === undefined ? '' : ` of ${unit}`} from ${min}`,
					fallback,
				),
			],
		),
	),
	...Object.fromEntries(
		SIGNALS.map((signal) => {
			const words = EXPORTERS[signal];
			const isLegal = (text: string) => splitWords(text.toLowerCase()).every((part) => words.includes(part));
			return [
				`OTEL_${signal.toUpperCase()}_EXPORTER`,
				one(isLegal, words.join(', '), 'the presets of the config, else json'),
			];
		}),
	),
	...Object.fromEntries(
		[undefined, ...SIGNALS].flatMap((signal) =>
			Object.entries(OTLP).map(([key, variable]) => [otlpVariableName(key, signal), variable]),
		),
	),
	OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: word(['cumulative', 'delta', 'lowmemory'], 'cumulative'),
	OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: word(
		['explicit_bucket_histogram', 'base2_exponential_bucket_histogram'],
		'explicit_bucket_histogram',
	),
	OTEL_EXPORTER_PROMETHEUS_HOST: one((text) => /^[\w.:[\]-]+$/.test(text), 'a host name or address', 'localhost'),
	OTEL_EXPORTER_PROMETHEUS_PORT: one(
		(text) => /^\d{1,5}$/.test(text) && Number(text) <= 65535,
		'a port from 0 to 65535',
		'9464',
	),
	OTEL_NODE_RESOURCE_DETECTORS: list(
		['all', 'none', 'env', 'host', 'os', 'process', 'serviceinstance', 'container', 'alibaba', 'aws', 'azure', 'gcp'],
		'no detector',
	),
	OTEL_NODE_EXPERIMENTAL_SDK_METRICS: SWITCH,
	OTEL_NODE_ENABLED_INSTRUMENTATIONS: INSTRUMENTATION_LIST,
	OTEL_NODE_DISABLED_INSTRUMENTATIONS: INSTRUMENTATION_LIST,
	// The instrumentations define the words of these.
	OTEL_SEMCONV_STABILITY_OPT_IN: ANY_TEXT,
	OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: ANY_TEXT,
};

/** OpenTelemetry's variables that have no effect here, and what to do instead. A value is legal if it asks for nothing. */
export const WITHOUT_EFFECT: Readonly<
	Record<string, { readonly instead: string; readonly legal?: readonly string[] }>
> = {
	...Object.fromEntries(
		['ZIPKIN_ENDPOINT', 'ZIPKIN_TIMEOUT', 'ZIPKIN_PROTOCOL'].map((name) => [
			`OTEL_EXPORTER_${name}`,
			{ instead: 'no preset sends to Zipkin; send OTLP to a Collector that does' },
		]),
	),
	...Object.fromEntries(
		['AGENT_HOST', 'AGENT_PORT', 'ENDPOINT', 'TIMEOUT', 'USER', 'PASSWORD', 'PROTOCOL'].map((name) => [
			`OTEL_EXPORTER_JAEGER_${name}`,
			{ instead: 'Jaeger receives OTLP; use the preset jaeger' },
		]),
	),
	OTEL_EXPORTER_OTLP_SPAN_INSECURE: { instead: 'it is now OTEL_EXPORTER_OTLP_TRACES_INSECURE' },
	OTEL_EXPORTER_OTLP_METRIC_INSECURE: { instead: 'it is now OTEL_EXPORTER_OTLP_METRICS_INSECURE' },
	OTEL_EXPERIMENTAL_CONFIG_FILE: { instead: 'it is now OTEL_CONFIG_FILE' },
	OTEL_METRICS_EXEMPLAR_FILTER: { instead: 'the metrics of OpenTelemetry JS have no exemplars', legal: ['always_off'] },
	OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN: { instead: 'exceptions are events of spans' },
	OTEL_ENTITIES: { instead: 'write attributes in OTEL_RESOURCE_ATTRIBUTES' },
};

/** One name with its value. */
export type Pair = readonly [name: string, value: string];

/**
 * Parses one part of a list of pairs, percent-decoded. A value may contain an equals sign.
 *
 * @returns undefined if the part has no name or no equals sign, or cannot be decoded
 */
export function parsePair(part: string): Pair | undefined {
	const [, name = '', value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
	if (name === '') return undefined;
	try {
		return [decodeURIComponent(name), decodeURIComponent(value)];
	} catch {
		return undefined;
	}
}

/** The parts of a list of pairs that are none. They may contain secrets, so only their names are returned. */
function wrongPairs(text: string, acceptsEmpty = false): string[] {
	return text.split(',').flatMap((part) => {
		if (part.trim() === '') return [];
		const pair = parsePair(part);
		if (pair !== undefined && (acceptsEmpty || pair[1] !== '')) return [];
		const [name = ''] = part.split('=');
		return [name.trim() === '' || !part.includes('=') ? 'a part without a name or a value' : `${name.trim()}=…`];
	});
}

/** The trimmed value of a variable. Undefined if it is unset or empty, which the specification treats alike. */
export function variableText(name: string): string | undefined {
	return process.env[name]?.trim() || undefined;
}

/** The trimmed value of a variable of the table; undefined if it is not set, empty or not legal. */
export function legalText(name: string): string | undefined {
	const text = variableText(name);
	return text !== undefined && OTEL_VARIABLES[name]?.wrong(text).length === 0 ? text : undefined;
}
