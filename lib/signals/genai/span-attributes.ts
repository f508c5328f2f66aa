import type { Attributes, Span } from '@opentelemetry/api';
import type { InvocationView } from '../../invocation/advice.js';
import { isReportedBySpans } from '../../tokens/foreign-span-usage.js';
import { agentName, enclosingAgent, operationOf, toolName } from './operation.js';
import { genai } from './versions.js';

/**
 * Returns the attributes of the GenAI conventions that an invocation's span starts with; undefined if the configuration
 * does not list `genai`, or the conventions have no operation for the invocation.
 */
export function genaiStartAttributes(invocation: InvocationView): Attributes | undefined {
	const names = genai()?.attributes;
	if (names === undefined) return undefined;
	const { point } = invocation;
	const operation = operationOf(point);
	if (operation === undefined) return undefined;
	const attributes: Attributes = { [names.operation]: operation };
	// A tool belongs to the agent that executes it.
	const agent = operation === 'invoke_agent' ? agentName(point) : enclosingAgent(invocation);
	if (agent !== undefined) attributes[names.agent] = agent;
	if (operation === 'execute_tool') {
		attributes[names.tool] = toolName(point);
		attributes[names.toolType] = 'function';
	}
	const { sessionId } = invocation.observer;
	if (sessionId !== undefined) attributes[names.conversation] = sessionId;
	return attributes;
}

/**
 * Writes what is known at the end of an invocation: the token usage of the invocation itself, without that of enclosed
 * invocations, as `gen_ai.usage.*`. Nothing is written if a span of a model call below has such attributes: a sum over
 * all spans would count the usage twice.
 */
export function writeGenaiUsage(span: Span, invocation: InvocationView): void {
	const names = genai()?.attributes;
	if (names === undefined || operationOf(invocation.point) === undefined) return;
	const { tokens } = invocation;
	if (tokens === undefined || isReportedBySpans(invocation)) return;
	span.setAttribute(names.tokensIn, tokens.in);
	span.setAttribute(names.tokensOut, tokens.out);
	setOptional(span, names.cacheRead, tokens.cacheRead);
	setOptional(span, names.cacheWrite, tokens.cacheWrite);
	setOptional(span, names.reasoning, tokens.reasoning);
}

/** Sets an attribute, unless the conventions have no name for it or its value is not known. */
function setOptional(span: Span, name: string | undefined, value: number | undefined): void {
	if (name !== undefined && value !== undefined) span.setAttribute(name, value);
}
