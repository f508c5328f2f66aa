import { innermostInvocation } from '../invocation/context.js';
import { activeContext, runInContext } from '../runtime/active-context.js';
import { warnOnce } from '../runtime/log-once.js';
import { addBelow } from './attribution/attribute-usage.js';
import { addToSubtotals, beginSubtotal } from './attribution/subtotal.js';

/** The header in which one process tells another what it spent: `in=1234,out=567`. */
const HEADER = 'agentese-tokens';

/** What a header can be set on: a response of Node, a `Headers`, or a plain object of headers. */
export type HeaderCarrier =
	| { setHeader(name: string, value: string): unknown; readonly headersSent?: boolean }
	| { set(name: string, value: string): unknown }
	| Record<string, unknown>;

/**
 * Runs what answers a request, and tells the process that asked what was spent: sets the header `agentese-tokens` to
 * the tokens of all model calls that were credited below, before it resolves, and of those that `extractTokens` took
 * there from a third process. The other side takes them with `extractTokens`. What is spent later (in a stream that is
 * still open) is not in it.
 *
 * @returns what `answer` gives
 * @throws what `answer` throws; the header is set all the same
 */
export async function injectTokens<T>(carrier: HeaderCarrier, answer: () => T): Promise<Awaited<T>> {
	const { inside, gathering } = beginSubtotal(activeContext());
	try {
		return await runInContext(inside, answer, undefined, []);
	} finally {
		if (gathering.in + gathering.out > 0) set(carrier, `in=${gathering.in},out=${gathering.out}`);
	}
}

/**
 * Takes what another process spent for the current invocation, from the headers of its response: into
 * `agentese.tokens.total.*` of it and of those around it. Its own tokens and the counter stay as they are, for the
 * other process counts its own. Around it `injectTokens` hands them on to the process that asked this one. Outside of
 * both it does nothing. Never throws.
 */
export function extractTokens(headers: unknown): void {
	try {
		const [, spentIn, spentOut] = /^in=(\d{1,15}),out=(\d{1,15})$/.exec(get(headers)) ?? [];
		if (spentIn === undefined || spentOut === undefined) return;
		const spent = { in: Number(spentIn), out: Number(spentOut) };
		addToSubtotals(activeContext(), spent);
		addBelow(innermostInvocation(), spent);
	} catch (error) {
		warnOnce('tokens.extract', 'the header agentese-tokens of a response could not be read.', error);
	}
}

function set(carrier: HeaderCarrier, value: string): void {
	try {
		if ('setHeader' in carrier && typeof carrier.setHeader === 'function') {
			if (carrier.headersSent === true) {
				warnOnce('tokens.inject', 'the headers were sent before injectTokens could tell what was spent.');
			} else carrier.setHeader(HEADER, value);
		} else if ('set' in carrier && typeof carrier.set === 'function') carrier.set(HEADER, value);
		else (carrier as Record<string, unknown>)[HEADER] = value;
	} catch (error) {
		warnOnce('tokens.inject.failed', 'injectTokens could not set the header agentese-tokens.', error);
	}
}

function get(headers: unknown): string {
	if (typeof headers !== 'object' || headers === null) return '';
	const value: unknown =
		'get' in headers && typeof headers.get === 'function'
			? headers.get(HEADER)
			: (headers as Record<string, unknown>)[HEADER];
	return typeof value === 'string' ? value : '';
}
