import type { Attributes, Span } from '@opentelemetry/api';
import type { LiveInvocation, Outcome } from '../../invocation/advice.js';
import { isReportedBySpans } from '../../tokens/foreign-span-usage.js';
import { agentName, enclosingAgent, operationOf, toolName } from './operation.js';
import { genai } from './versions.js';

/**
 * Returns the attributes of the GenAI conventions that an invocation's span starts with; undefined if the configuration
 * does not list `genai`, or the conventions have no operation for the invocation.
 */
export function genaiStartAttributes(invocation: LiveInvocation): Attributes | undefined {
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
 * Writes what is known at the end of an invocation: the time until the first chunk of an agent's stream, in seconds, and
 * the model and token usage of the invocation itself, without that of enclosed invocations, as `gen_ai.response.model`
 * and `gen_ai.usage.*`. Model and usage are not written if a span of a model call below has them: a sum over all spans
 * would count the usage twice.
 */
export function writeGenaiEnd(span: Span, invocation: LiveInvocation, outcome: Outcome): void {
	const names = genai()?.attributes;
	if (names === undefined) return;
	const operation = operationOf(invocation.point);
	if (operation === undefined) return;
	const firstChunk = outcome.streamed?.firstChunk;
	if (firstChunk !== undefined && operation !== 'execute_tool')
		span.setAttribute(names.timeToFirstChunk, firstChunk / 1000);
	const { tokens } = invocation;
	if (tokens === undefined || isReportedBySpans(invocation)) return;
	span.setAttribute(names.tokensIn, tokens.input);
	span.setAttribute(names.tokensOut, tokens.output);
	setOptional(span, names.cacheRead, tokens.cacheRead);
	setOptional(span, names.cacheWrite, tokens.cacheWrite);
	setOptional(span, names.reasoning, tokens.reasoning);
	if (tokens.model !== undefined) span.setAttribute(names.responseModel, tokens.model);
}

/** Sets an attribute, unless the conventions have no name for it or its value is not known. */
function setOptional(span: Span, name: string | undefined, value: number | undefined): void {
	if (name !== undefined && value !== undefined) span.setAttribute(name, value);
}
