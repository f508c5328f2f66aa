import type { LiveInvocation } from '../invocation/advice.js';
import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import { checkUsage, type TokenUsage, type Usage } from '../usage/accounting/usage.js';
import { usageFrom, usageIn } from '../usage/formats/find-usage.js';
import { StreamUsage } from '../usage/formats/stream-usage.js';
import { anyReaders, readByOthers } from '../usage/token-readers.js';
import { attributeUsage, mayBeUnreported, ownerOf } from './attribution/attribute-usage.js';

/** The `tokens` option: what a person says the value holds. */
type TokensOption = (value: unknown) => unknown;

/** How a result ended. */
interface Ended {
	readonly threw: boolean;
	readonly value?: unknown;
	readonly error?: unknown;
	readonly left?: boolean;
}

/** Whether somebody reads the last chunk of a stream, whatever it is. */
export function keepsLast(option: TokensOption | undefined): boolean {
	return option !== undefined || anyReaders();
}

/** Looks for usage in the chunks of one stream, as they pass; of a chunk no more is kept than its usage. */
export class ChunkReader {
	readonly #known = new StreamUsage();
	readonly #keepsLast: boolean;
	#last: unknown;

	constructor(option: TokensOption | undefined) {
		this.#keepsLast = keepsLast(option);
	}

	see(chunk: unknown): void {
		this.#known.see(chunk);
		if (this.#keepsLast) this.#last = chunk;
	}

	/** The last chunk, where somebody else reads it. */
	get last(): unknown {
		return this.#last;
	}

	/** @param whole - whether the stream came to its end */
	usage(whole: boolean): TokenUsage | undefined {
		return this.#known.usage(whole);
	}
}

/**
 * Credits the usage that an invocation's own result holds, or the chunks of its stream, where nobody reported it. The
 * option is asked instead of the readers, and not of a failure.
 */
export function attributeResult(
	invocation: LiveInvocation,
	ended: Ended,
	option: TokensOption | undefined,
	chunks: ChunkReader | undefined,
): void {
	const { value } = ended;
	const nothing = value === null || (typeof value !== 'object' && typeof value !== 'function');
	// A number or a text that nobody reads holds no usage: what most calls give.
	if (nothing && option === undefined && chunks === undefined && !ended.threw && !anyReaders()) return;
	const owner = ownerOf(invocation);
	if (owner === undefined || owner.account?.reported === true) return;
	try {
		const usage = checkUsage(option === undefined ? found(ended, chunks) : asked(option, ended, chunks));
		if (usage === undefined || usage.in + usage.out === 0) return;
		if (option === undefined && isAnsweredAgain(ended.value, usage)) return;
		if (mayBeUnreported(owner, usage)) attributeUsage(invocation, usage, 'read');
	} catch (error) {
		warnOnce('tokens.read', `the usage in a result of ${invocation.point.functionName} could not be read.`, error);
	}
}

/** The results that were read, and what was in them. */
const read = processState('tokens/result-usage', () => new WeakMap<object, string>());

/** True for a result that was read before: what an application keeps and answers again was one call. */
function isAnsweredAgain(value: unknown, usage: Usage): boolean {
	if (typeof value !== 'object' || value === null) return false;
	const held = `${usage.in} ${usage.out} ${usage.responseId}`;
	if (read.get(value) === held) return true;
	read.set(value, held);
	return false;
}

function asked(option: TokensOption, ended: Ended, chunks: ChunkReader | undefined): TokenUsage | undefined {
	if (ended.threw) return undefined;
	const value = ended.value === undefined ? chunks?.last : ended.value;
	const usage = usageFrom(option(value));
	return usage !== undefined && ended.left === true ? { ...usage, partial: true } : usage;
}

function found(ended: Ended, chunks: ChunkReader | undefined): TokenUsage | undefined {
	const { value } = ended;
	const others = ended.threw || !anyReaders() ? undefined : readByOthers(value === undefined ? chunks?.last : value);
	if (others !== undefined) return others;
	const streamed = chunks?.usage(!ended.threw && ended.left !== true);
	return streamed ?? usageIn(ended.threw ? ended.error : value);
}
