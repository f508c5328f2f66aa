/** A number in one of OpenTelemetry's environment variables. */
interface NumberVariable {
	/** The smallest legal value. All legal values are whole numbers. */
	readonly min: number;
	/** `milliseconds` for a time; undefined for a count. */
	readonly unit?: 'milliseconds';
	/** What is in effect if the variable is not set, or not legal, for messages. */
	readonly fallback: string;
}

const TIME = { min: 1, unit: 'milliseconds' } as const;
const NO_LIMIT = { min: 0, fallback: 'no limit' };
const REQUEST_TIMEOUT = { ...TIME, fallback: 'otlp.timeout, which is 10000' };
const BYTES_ONLY = { min: 1, fallback: 'no limit in records, since the queue has one in bytes' };

/** OpenTelemetry's environment variables with numbers that the toolkit reads, by their names. */
export const NUMBER_VARIABLES = {
	OTEL_BSP_SCHEDULE_DELAY: { ...TIME, fallback: '5000' },
	OTEL_BSP_EXPORT_TIMEOUT: REQUEST_TIMEOUT,
	OTEL_BSP_MAX_QUEUE_SIZE: BYTES_ONLY,
	OTEL_BSP_MAX_EXPORT_BATCH_SIZE: { min: 1, fallback: '512' },
	OTEL_BLRP_SCHEDULE_DELAY: { ...TIME, fallback: '1000' },
	OTEL_BLRP_EXPORT_TIMEOUT: REQUEST_TIMEOUT,
	OTEL_BLRP_MAX_QUEUE_SIZE: BYTES_ONLY,
	OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: { min: 1, fallback: '512' },
	OTEL_METRIC_EXPORT_INTERVAL: { ...TIME, fallback: '60000' },
	OTEL_METRIC_EXPORT_TIMEOUT: REQUEST_TIMEOUT,
	OTEL_ATTRIBUTE_COUNT_LIMIT: { min: 0, fallback: '128' },
	OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: NO_LIMIT,
	OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: { min: 0, fallback: 'OTEL_ATTRIBUTE_COUNT_LIMIT, which is 128' },
	OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: NO_LIMIT,
	OTEL_SPAN_EVENT_COUNT_LIMIT: { min: 0, fallback: '128' },
	OTEL_SPAN_LINK_COUNT_LIMIT: { min: 0, fallback: '128' },
	OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: { min: 0, fallback: '128' },
	OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: { min: 0, fallback: '128' },
	OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: { min: 0, fallback: '128' },
	OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT: { min: 0, fallback: '128' },
	OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: { min: 1, fallback: 'OTEL_ATTRIBUTE_COUNT_LIMIT, which is 128' },
	OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: { min: 1, fallback: 'no limit' },
} as const satisfies Readonly<Record<string, NumberVariable>>;

/** The name of a variable with a number. */
export type NumberVariableName = keyof typeof NUMBER_VARIABLES;

/** Whether a text is a legal value of a variable. */
export function isLegalNumber(name: NumberVariableName, text: string): boolean {
	return /^\d{1,15}$/.test(text) && Number(text) >= NUMBER_VARIABLES[name].min;
}

/**
 * Returns the number in a variable; undefined if the variable is not set, or not legal. A value that is not legal is
 * reported when the config is loaded.
 */
export function numberVariable(name: NumberVariableName): number | undefined {
	const text = process.env[name]?.trim() ?? '';
	return isLegalNumber(name, text) ? Number(text) : undefined;
}

/** Returns whether a variable is `true`, in any case of letters. Any other value but `false` is reported as the others. */
export function isTrueVariable(name: 'OTEL_SDK_DISABLED' | 'OTEL_NODE_EXPERIMENTAL_SDK_METRICS'): boolean {
	return process.env[name]?.trim().toLowerCase() === 'true';
}
