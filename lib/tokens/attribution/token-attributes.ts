import type { Span } from '@opentelemetry/api';
import type { InvocationView } from '../../invocation/advice.js';

/**
 * Sets `agentese.tokens.*` and `agentese.model` on a span: the tokens that the invocation spent itself, and the totals
 * of its subtree (`agentese.tokens.total.*`) if they differ from those. Sets nothing if no tokens were spent.
 */
export function writeTokens(span: Span, { tokens, totalTokens }: InvocationView): void {
	if (tokens !== undefined) {
		span.setAttribute('agentese.tokens.in', tokens.in);
		span.setAttribute('agentese.tokens.out', tokens.out);
		if (tokens.cacheRead !== undefined) span.setAttribute('agentese.tokens.cache_read', tokens.cacheRead);
		if (tokens.cacheWrite !== undefined) span.setAttribute('agentese.tokens.cache_write', tokens.cacheWrite);
		if (tokens.reasoning !== undefined) span.setAttribute('agentese.tokens.reasoning', tokens.reasoning);
		if (tokens.partial === true) span.setAttribute('agentese.tokens.partial', true);
		if (tokens.model !== undefined) span.setAttribute('agentese.model', tokens.model);
	}
	// A total that is the same as the invocation's own tokens states nothing new.
	if (totalTokens === undefined || (totalTokens.in === (tokens?.in ?? 0) && totalTokens.out === (tokens?.out ?? 0)))
		return;
	span.setAttribute('agentese.tokens.total.in', totalTokens.in);
	span.setAttribute('agentese.tokens.total.out', totalTokens.out);
}
