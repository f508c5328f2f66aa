import type { Attributes, Span } from '@opentelemetry/api';
import type { InvocationView } from '../../invocation/advice.js';
import { isReportedBySpans } from '../../tokens/foreign-span-usage.js';
import { agentAround, agentName, operationOf, toolName } from './operation.js';
import { genai } from './versions.js';

/** The attributes that the GenAI conventions ask of an invocation's span when it starts; undefined while they are off. */
export function genaiAtStart(invocation: InvocationView): Attributes | undefined {
	const names = genai()?.attributes;
	if (names === undefined) return undefined;
	const { point } = invocation;
	const operation = operationOf(point);
	if (operation === undefined) return undefined;
	const found: Attributes = { [names.operation]: operation };
	const agent = operation === 'invoke_agent' ? agentName(point) : agentAround(invocation);
	if (agent !== undefined) found[names.agent] = agent;
	if (operation === 'execute_tool') {
		found[names.tool] = toolName(point);
		found[names.toolType] = 'function';
	}
	const { sessionId } = invocation.observer;
	if (sessionId !== undefined) found[names.conversation] = sessionId;
	return found;
}

/**
 * Writes an invocation's own usage, unless a model call's span below it carries usage: whoever sums `gen_ai.usage.*`
 * over spans would count it twice.
 */
export function genaiAtEnd(span: Span, invocation: InvocationView): void {
	const names = genai()?.attributes;
	if (names === undefined || operationOf(invocation.point) === undefined) return;
	const { tokens } = invocation;
	if (tokens === undefined || isReportedBySpans(invocation)) return;
	span.setAttribute(names.tokensIn, tokens.in);
	span.setAttribute(names.tokensOut, tokens.out);
	put(span, names.cacheRead, tokens.cacheRead);
	put(span, names.cacheWrite, tokens.cacheWrite);
	put(span, names.reasoning, tokens.reasoning);
}

function put(span: Span, name: string | undefined, value: number | undefined): void {
	if (name !== undefined && value !== undefined) span.setAttribute(name, value);
}
