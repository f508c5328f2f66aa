import type { JoinPointFacts } from '../invocation/advice.js';
import { warnOnce } from '../runtime/log-once.js';
import {
	ATTR_AGENTESE_CONTEXT,
	ATTR_AGENTESE_PATH,
	ATTR_CODE_FUNCTION_NAME,
	ATTR_ERROR_TYPE,
	ATTR_GEN_AI_AGENT_NAME,
	ATTR_GEN_AI_TOOL_NAME,
} from '../runtime/names.generated.js';
import { scopedState } from '../runtime/scoped-state.js';

/** The value of a label if the real one resolves to nothing, is not declared, or exceeds the label's limit. */
export const OTHER = '_OTHER';

/**
 * How many values a label may have during the life of the process. OpenTelemetry's cardinality limit (2,000 points)
 * applies within one collection only: a label that grows without bound fills the memory of a cumulative reader.
 */
const MAX_VALUES: Readonly<Record<string, number>> = {
	[ATTR_AGENTESE_PATH]: 1000,
	[ATTR_CODE_FUNCTION_NAME]: 1000,
	[ATTR_GEN_AI_AGENT_NAME]: 1000,
	[ATTR_GEN_AI_TOOL_NAME]: 1000,
};
/** The limit of all other labels. */
const DEFAULT_MAX_VALUES = 100;

/** The errors that the toolkit itself throws. They are always values of `error.type`, whatever its limit. */
const TOOLKIT_ERRORS: ReadonlySet<string> = new Set([
	'PathSyntaxError',
	'PathNotFoundError',
	'AffordanceError',
	'ObserverRequiredError',
	'BudgetExhaustedError',
	'CompositionViolationError',
]);

/** The values that each label has had. */
const state = scopedState('instruments/labels', () => ({ values: new Map<string, Set<string>>() }));

/**
 * Returns the value itself while its label is below its limit, or if the label had this value before; else `_OTHER`.
 * The first value beyond the limit is logged.
 */
export function bounded(label: string, value: string): string {
	let values = state.values.get(label);
	if (values === undefined) {
		values = new Set();
		state.values.set(label, values);
	}
	if (values.has(value) || (label === ATTR_ERROR_TYPE && TOOLKIT_ERRORS.has(value))) return value;
	const maxValues = MAX_VALUES[label] ?? DEFAULT_MAX_VALUES;
	if (values.size < maxValues) {
		values.add(value);
		return value;
	}
	warnOnce(
		`label.${label}`,
		`the metric label ${label} has more than ${maxValues} values; further ones count as ${OTHER}. ` +
			'Declare a template, such as world.town.:citizen, if a path holds entity ids.',
	);
	return OTHER;
}

/**
 * Returns the labels that identify a method: path and context, or the function's name if it has no path.
 *
 * @param point - undefined if no method is known: then path and context are `_OTHER`
 */
export function pointLabels(point: JoinPointFacts | undefined): Record<string, string> {
	if (point === undefined) return { [ATTR_AGENTESE_PATH]: OTHER, [ATTR_AGENTESE_CONTEXT]: OTHER };
	const { template, context, functionName } = point;
	if (template === undefined) return { [ATTR_CODE_FUNCTION_NAME]: bounded(ATTR_CODE_FUNCTION_NAME, functionName) };
	return { [ATTR_AGENTESE_PATH]: bounded(ATTR_AGENTESE_PATH, template), [ATTR_AGENTESE_CONTEXT]: context ?? OTHER };
}
