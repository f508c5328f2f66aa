import type { JoinPointFacts } from '../invocation/advice.js';
import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';

/** The value of a label whose own value resolves to nothing, is not declared, or is one too many. */
export const OTHER = '_OTHER';

/**
 * How many values a label may have, for the life of the process. OpenTelemetry's own limit (2,000 points) holds within
 * one collection only: a label that grows without bound fills the memory of a cumulative reader.
 */
const CAPS: Readonly<Record<string, number>> = {
	'agentese.path': 1000,
	'code.function.name': 1000,
	'gen_ai.agent.name': 1000,
	'gen_ai.tool.name': 1000,
};
const DEFAULT_CAP = 100;

/** What the toolkit itself throws stays told apart, however many other errors there were before. */
const OWN_ERRORS: ReadonlySet<string> = new Set([
	'PathSyntaxError',
	'PathNotFoundError',
	'AffordanceError',
	'ObserverRequiredError',
	'BudgetExhaustedError',
	'CompositionViolationError',
]);

const seen = processState('instruments/labels', () => new Map<string, Set<string>>());

/** The value itself while its label has room, else `_OTHER`; the first one too many is said. */
export function bounded(label: string, value: string): string {
	let values = seen.get(label);
	if (values === undefined) {
		values = new Set();
		seen.set(label, values);
	}
	if (values.has(value) || (label === 'error.type' && OWN_ERRORS.has(value))) return value;
	const cap = CAPS[label] ?? DEFAULT_CAP;
	if (values.size < cap) {
		values.add(value);
		return value;
	}
	warnOnce(
		`label.${label}`,
		`the metric label ${label} has more than ${cap} values; further ones count as ${OTHER}. ` +
			'Declare a template, such as world.town.:citizen, where a path holds entity ids.',
	);
	return OTHER;
}

/** The labels that say which method it was: path and context, or the function's name where it has no path. */
export function pointLabels(point: JoinPointFacts | undefined): Record<string, string> {
	if (point === undefined) return { 'agentese.path': OTHER, 'agentese.context': OTHER };
	const { template, context, functionName } = point;
	if (template === undefined) return { 'code.function.name': bounded('code.function.name', functionName) };
	return { 'agentese.path': bounded('agentese.path', template), 'agentese.context': context ?? OTHER };
}
