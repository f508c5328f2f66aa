import type { LiveInvocation } from '../invocation/advice.js';
import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import { checkUsage, type TokenUsage, type Usage } from '../usage/accounting/usage.js';
import { readUsage, usageIn } from '../usage/formats/find-usage.js';
import { StreamUsage } from '../usage/formats/stream-usage.js';
import { anyReaders, readByRegistered } from '../usage/token-readers.js';
import { attributeUsage, mayBeUnreported } from './attribution/attribute-usage.js';
import { ownerOf } from './attribution/owner.js';

/** The `tokens` option of a decorator: returns the usage in a settled value or, for a stream, in its last chunk. */
type TokensOption = (value: unknown) => unknown;

/** How the result of an invocation ended. */
interface Ended {
	/** True if it threw or rejected; `error` is then what was thrown. */
	readonly threw: boolean;
	/** The settled value; undefined for a stream without a return value. */
	readonly value?: unknown;
	readonly error?: unknown;
	/** True if the consumer left a stream before its end. */
	readonly left?: boolean;
	/** The name of the stream's kind; left out if the result is no stream. */
	readonly stream?: string;
}

/**
 * Returns whether a `tokens` option or a registered reader reads the last chunk of a stream, which then must be kept.
 */
export function keepsLast(option: TokensOption | undefined): boolean {
	return option !== undefined || anyReaders();
}

/**
 * Collects the usage in the chunks of one stream while they pass to its consumer. Of a chunk nothing but its usage is
 * kept, except for the last chunk if `keepsLast()` is true.
 */
export class ChunkReader {
	readonly #usage = new StreamUsage();
	readonly #keepsLast: boolean;
	#last: unknown;

	constructor(option: TokensOption | undefined) {
		this.#keepsLast = keepsLast(option);
	}

	/** Adds the next chunk. Never throws. */
	add(chunk: unknown): void {
		this.#usage.add(chunk);
		if (this.#keepsLast) this.#last = chunk;
	}

	/** The last chunk; undefined if `keepsLast()` was false when the stream began. */
	get last(): unknown {
		return this.#last;
	}

	/**
	 * Returns the usage of the chunks so far; undefined if they have none.
	 *
	 * @param reachedEnd - false if the stream failed or was left
	 */
	usage(reachedEnd: boolean): TokenUsage | undefined {
		return this.#usage.usage(reachedEnd);
	}
}

/**
 * Attributes the usage that is in the result of an invocation, or in the chunks of its stream, to that invocation,
 * unless another source has reported it. A `tokens` option replaces the readers; it is not called for a failure. Never
 * throws.
 */
export function attributeResult(
	invocation: LiveInvocation,
	ended: Ended,
	option: TokensOption | undefined,
	chunks: ChunkReader | undefined,
): void {
	const { value } = ended;
	const primitive = value === null || (typeof value !== 'object' && typeof value !== 'function');
	// Most calls return a primitive value, in which only an option or a registered reader finds usage.
	if (primitive && option === undefined && chunks === undefined && !ended.threw && !anyReaders()) return;
	const owner = ownerOf(invocation);
	if (owner === undefined || owner.account?.reported === true) return;
	try {
		const usage = checkUsage(
			option === undefined ? usageByReaders(ended, chunks) : usageByOption(option, ended, chunks),
		);
		if (usage === undefined || usage.input + usage.output === 0) return;
		if (option === undefined && wasReadBefore(ended.value, usage)) return;
		if (mayBeUnreported(owner, usage)) attributeUsage(invocation, usage, 'result');
	} catch (error) {
		warnOnce('tokens.read', `the usage in a result of ${invocation.point.functionName} could not be read.`, error);
	}
}

/** The results that were read, each with its usage as text. */
const readResults = processState('tokens/result-usage', () => new WeakMap<object, string>());

/**
 * Returns true if this object was read before with the same usage: an application that caches a result made one call.
 */
function wasReadBefore(value: unknown, usage: Usage): boolean {
	if (typeof value !== 'object' || value === null) return false;
	const summary = `${usage.input} ${usage.output} ${usage.responseId}`;
	if (readResults.get(value) === summary) return true;
	readResults.set(value, summary);
	return false;
}

function usageByOption(option: TokensOption, ended: Ended, chunks: ChunkReader | undefined): TokenUsage | undefined {
	if (ended.threw) return undefined;
	const value = ended.value === undefined ? chunks?.last : ended.value;
	// A stream without chunks, or one that was never consumed, has nothing that the option could read.
	if (value === undefined && (ended.stream !== undefined || ended.left === true)) return undefined;
	const returned = option(value);
	if (returned === undefined || returned === null) return undefined;
	const usage = readUsage(returned);
	if (usage === undefined && ended.left !== true) {
		warnOnce(
			'option.tokens.returned',
			'the tokens option returned something without a usage, which counts nothing. Return { input, output } as whole ' +
				'numbers from 0, the usage that a client reports, or undefined.',
		);
	}
	return usage !== undefined && ended.left === true ? { ...usage, partial: true } : usage;
}

/** Tries the registered readers, then the chunks of the stream, then the value or the error itself. */
function usageByReaders(ended: Ended, chunks: ChunkReader | undefined): TokenUsage | undefined {
	const { value } = ended;
	const registered =
		ended.threw || !anyReaders() ? undefined : readByRegistered(value === undefined ? chunks?.last : value);
	if (registered !== undefined) return registered;
	const streamed = chunks?.usage(!ended.threw && ended.left !== true);
	return streamed ?? usageIn(ended.threw ? ended.error : value);
}
