import { innermostInvocation } from '../invocation/context.js';
import { activeContext, runInContext } from '../runtime/active-context.js';
import { warnOnce } from '../runtime/log-once.js';
import { accountUsage } from './attribution/account-usage.js';
import { ownerOf } from './attribution/owner.js';
import { beginSubtotal } from './attribution/subtotal.js';

/** The response header with which a process reports its tokens to the process that called it: `in=1234,out=567`. */
const HEADER = 'agentese-tokens';

/** What `answerWithTokens` can set the header on: a response of Node, a `Headers`, or a plain object of headers. */
export type HeaderCarrier =
	| {
			/** Sets a header. What it returns is ignored; an error that it throws is logged once. */
			setHeader(name: string, value: string): unknown;
			/** Whether the headers were sent already. @default false */
			readonly headersSent?: boolean;
	  }
	| {
			/** Sets a header. What it returns is ignored; an error that it throws is logged once. */
			set(name: string, value: string): unknown;
	  }
	| Record<string, unknown>;

/**
 * Runs the handler of a request, then sets the response header `agentese-tokens`, which reports to the calling process
 * how many tokens were spent. They are those of all model calls that were attributed to invocations below the handler
 * before it resolved, and those that {@linkcode addTokensFrom} read there from the responses of other processes. The
 * calling process reads them with `addTokensFrom`. Tokens that are spent later (in a stream that is still open), and
 * the own tokens of an invocation around `answerWithTokens`, are not included. If no tokens were spent, no header is
 * set.
 *
 * @param carrier - what the header is set on. If its headers were sent, a warning is logged once instead
 * @param answer - the handler of the request
 * @returns what `answer` returns or resolves to
 * @throws what `answer` throws; the header is set all the same
 *
 * @example
 * ```ts
 * import { answerWithTokens, recordTokens, traceInvocation } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * await using _telemetry = await startTelemetry({ preset: 'json' });
 * const headers = new Headers();
 * const spend = () => traceInvocation('self.soul.ask', () => recordTokens({ input: 12, output: 30 }));
 * await answerWithTokens(headers, spend);
 * headers.get('agentese-tokens'); // => 'in=12,out=30'
 * ```
 */
export async function answerWithTokens<T>(carrier: HeaderCarrier, answer: () => T): Promise<Awaited<T>> {
	const { inside, subtotal } = beginSubtotal(activeContext());
	try {
		return await runInContext(inside, answer, undefined, []);
	} finally {
		if (subtotal.input + subtotal.output > 0) setHeader(carrier, `in=${subtotal.input},out=${subtotal.output}`);
	}
}

/**
 * Reads from the headers of a response how many tokens the called process spent, and adds them to
 * `agentese.tokens.total.*` of the current invocation and of those around it. The invocation's own tokens and the
 * counter do not change, because the other process counts its own. Inside of {@linkcode answerWithTokens} they are
 * reported to the process that called this one, too. Outside of both this does nothing. Never throws.
 *
 * @param headers - a `Headers`, or a plain object whose keys are in lower case; anything else is ignored
 *
 * @example
 * ```ts
 * import { addTokensFrom, traceInvocation } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * await using _telemetry = await startTelemetry({ preset: 'json' });
 * traceInvocation('self.soul.ask', (invocation) => {
 * 	addTokensFrom({ 'agentese-tokens': 'in=12,out=30' });
 * 	return [invocation.totalTokens?.input, invocation.tokens];
 * }); // => [12, undefined]
 * ```
 */
export function addTokensFrom(headers: unknown): void {
	try {
		const [, input, output] = /^in=(\d{1,15}),out=(\d{1,15})$/.exec(getHeader(headers)) ?? [];
		if (input === undefined || output === undefined) return;
		accountUsage(ownerOf(innermostInvocation()), { input: Number(input), output: Number(output) }, 'process');
	} catch (error) {
		warnOnce('tokens.extract', 'the header agentese-tokens of a response could not be read.', error);
	}
}

function setHeader(carrier: HeaderCarrier, value: string): void {
	try {
		if ('setHeader' in carrier && typeof carrier.setHeader === 'function') {
			if (carrier.headersSent === true) {
				warnOnce(
					'tokens.inject',
					'the headers were sent before answerWithTokens could set agentese-tokens; the caller does not get these tokens.',
				);
			} else carrier.setHeader(HEADER, value);
		} else if ('set' in carrier && typeof carrier.set === 'function') carrier.set(HEADER, value);
		else (carrier as Record<string, unknown>)[HEADER] = value;
	} catch (error) {
		warnOnce('tokens.inject.failed', 'answerWithTokens could not set the header agentese-tokens.', error);
	}
}

/** Returns the text of the header; an empty string if it is missing or has several values. */
function getHeader(headers: unknown): string {
	if (typeof headers !== 'object' || headers === null) return '';
	const value: unknown =
		'get' in headers && typeof headers.get === 'function'
			? headers.get(HEADER)
			: (headers as Record<string, unknown>)[HEADER];
	return typeof value === 'string' ? value : '';
}
