import type { Span } from '@opentelemetry/api';
import type { Invocation } from '../../invocation/advice.js';
import {
	ATTR_AGENTESE_MODEL,
	ATTR_AGENTESE_TOKENS_CACHE_READ,
	ATTR_AGENTESE_TOKENS_CACHE_WRITE,
	ATTR_AGENTESE_TOKENS_IN,
	ATTR_AGENTESE_TOKENS_OUT,
	ATTR_AGENTESE_TOKENS_PARTIAL,
	ATTR_AGENTESE_TOKENS_REASONING,
	ATTR_AGENTESE_TOKENS_TOTAL_IN,
	ATTR_AGENTESE_TOKENS_TOTAL_OUT,
} from '../../runtime/names.generated.js';

/**
 * Sets `agentese.tokens.*` and `agentese.model` on a span: the tokens that the invocation spent itself, and the totals
 * of its subtree (`agentese.tokens.total.*`) if they differ from those. Sets nothing if no tokens were spent.
 */
export function writeTokens(span: Span, { tokens, totalTokens }: Invocation): void {
	if (tokens !== undefined) {
		span.setAttribute(ATTR_AGENTESE_TOKENS_IN, tokens.input);
		span.setAttribute(ATTR_AGENTESE_TOKENS_OUT, tokens.output);
		if (tokens.cacheRead !== undefined) span.setAttribute(ATTR_AGENTESE_TOKENS_CACHE_READ, tokens.cacheRead);
		if (tokens.cacheWrite !== undefined) span.setAttribute(ATTR_AGENTESE_TOKENS_CACHE_WRITE, tokens.cacheWrite);
		if (tokens.reasoning !== undefined) span.setAttribute(ATTR_AGENTESE_TOKENS_REASONING, tokens.reasoning);
		if (tokens.partial === true) span.setAttribute(ATTR_AGENTESE_TOKENS_PARTIAL, true);
		if (tokens.model !== undefined) span.setAttribute(ATTR_AGENTESE_MODEL, tokens.model);
	}
	// A total that is the same as the invocation's own tokens states nothing new.
	if (
		totalTokens === undefined ||
		(totalTokens.input === (tokens?.input ?? 0) && totalTokens.output === (tokens?.output ?? 0))
	)
		return;
	span.setAttribute(ATTR_AGENTESE_TOKENS_TOTAL_IN, totalTokens.input);
	span.setAttribute(ATTR_AGENTESE_TOKENS_TOTAL_OUT, totalTokens.output);
}
