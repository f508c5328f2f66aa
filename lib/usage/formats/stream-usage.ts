import types from 'node:util/types';
import type { TokenUsage } from '../accounting/usage.js';
import { usageIn } from './find-usage.js';
import { messageUsage } from './langchain.js';
import { append, grow, merge } from './merge.js';
import { arrayIn, nameIn, objectIn, objectsIn, readOwnProperty } from './read-property.js';
import { aiSdkMetadata, responseMetadata } from './response-metadata.js';

const { hasOwn } = Object;

/**
 * Collects the usage of one stream from its chunks. Nothing else of a chunk is kept. Never throws.
 *
 * A stream may contain several responses, as that of a tool loop does: their usage is summed. Within one response a
 * later report replaces an earlier one, because providers report cumulatively; only LangChain's chunks add up.
 */
export class StreamUsage {
	/** The sum of the responses that have ended. */
	#ended: TokenUsage | undefined;
	/** The last report of the response that has not ended. */
	#current: TokenUsage | undefined;
	/** The sum of the steps of the Vercel AI SDK that are not in a `finish` event yet. */
	#steps: TokenUsage | undefined;
	/** The model and id that a chunk without usage stated for the current response. */
	#metadata: Pick<TokenUsage, 'model' | 'responseId'> | undefined;
	/** The output that LangChain's first chunk of an Anthropic response reported, which a later chunk reports again. */
	#repeatedOutput: number | undefined;
	/** True if the last report was the final one of its response. */
	#final = false;

	/** Adds the next chunk of the stream. Primitive values, arrays and proxies are ignored. */
	add(chunk: unknown): void {
		if (chunk === null || typeof chunk !== 'object' || types.isProxy(chunk) || Array.isArray(chunk)) return;
		try {
			if (hasOwn(chunk, 'type') && this.#addEvent(chunk, readOwnProperty(chunk, 'type'))) return;
			this.#addChunk(chunk);
		} catch {
			// A chunk that throws when it is read has no usage.
		}
	}

	/**
	 * Returns what the provider has reported so far; undefined if it has reported nothing.
	 *
	 * @param reachedEnd - false if the stream failed or was left. The usage is then `partial`, unless the last report
	 *   was the final one of its response
	 */
	usage(reachedEnd: boolean): TokenUsage | undefined {
		let total = this.#ended;
		for (const usage of [this.#steps, this.#current]) if (usage !== undefined) total = merge(total, usage);
		return total === undefined || reachedEnd || this.#final ? total : { ...total, partial: true };
	}

	/** Adds an event of a known type. Returns false if the type is not known. */
	#addEvent(chunk: object, type: unknown): boolean {
		switch (type) {
			// Anthropic: the input comes at the start, the output at the end.
			case 'message_start':
				this.#startResponse(usageIn(chunk));
				return true;
			case 'message_delta': {
				const later = usageIn(chunk);
				if (later !== undefined) this.#current = grow(this.#current, later);
				if (later !== undefined && nameIn(objectIn(chunk, 'delta'), 'stop_reason') !== undefined) this.#final = true;
				return true;
			}
			// Cohere's version 2 has the id at the start, and the usage at the end.
			case 'message-start':
				this.#metadata = { responseId: nameIn(chunk, 'id') };
				return true;
			// The providers of the Vercel AI SDK have the names before the usage.
			case 'response-metadata':
			case 'model-call-response-metadata':
				this.#metadata = aiSdkMetadata(chunk, chunk);
				return true;
			// Events that have the usage of a whole response: Cohere's version 2, the Vercel AI SDK, the responses of
			// OpenAI.
			case 'message-end':
			case 'model-call-end':
			case 'response.completed':
			case 'response.incomplete':
			case 'response.failed':
				this.#endResponse(usageIn(chunk));
				return true;
			// The Vercel AI SDK: a step of a tool loop is one response.
			case 'finish-step': {
				const step = usageIn(chunk);
				if (step !== undefined) this.#steps = merge(this.#steps, step);
				this.#final = false;
				return true;
			}
			case 'finish':
				this.#finish(usageIn(chunk));
				return true;
			default:
				return false;
		}
	}

	/**
	 * Begins a response of Anthropic. If both branches of a stream that was teed are added, both begin with the same
	 * one.
	 */
	#startResponse(usage: TokenUsage | undefined): void {
		const id = usage?.responseId;
		if (usage !== undefined && id !== undefined && id === this.#current?.responseId) {
			this.#current = grow(this.#current, usage);
			return;
		}
		this.#endCurrent();
		this.#current = usage;
		this.#final = false;
	}

	/** Adds a chunk that is no event of a known type. */
	#addChunk(chunk: object): void {
		const message = hasOwn(chunk, 'message') ? objectIn(chunk, 'message') : undefined;
		if (hasOwn(chunk, 'usage_metadata')) this.#addMessage(chunk);
		else if (message !== undefined && hasOwn(message, 'usage_metadata')) this.#addMessage(message);
		else if (!hasOwn(chunk, 'event') || !this.#addRunEvent(chunk)) this.#addResponse(chunk);
	}

	/** Adds a chunk that has the format of a response, with or without usage. */
	#addResponse(chunk: object): void {
		const usage = usageIn(chunk);
		if (usage !== undefined) {
			if (readOwnProperty(chunk, 'done') === true) this.#endResponse(usage);
			else this.#report(usage, isLast(chunk));
			return;
		}
		for (const key of RESPONSE_KEYS) if (hasOwn(chunk, key)) this.#endResponse(usageIn(objectIn(chunk, key)));
		// The SDK of Mistral has each chunk under `data`.
		const data = hasOwn(chunk, 'data') ? objectIn(chunk, 'data') : undefined;
		const dataUsage = usageIn(data);
		if (data !== undefined && dataUsage !== undefined) this.#report(dataUsage, isLast(data));
		if (!hasOwn(chunk, 'x_groq')) return;
		const groq = usageIn(objectIn(chunk, 'x_groq'));
		if (groq !== undefined) this.#report({ ...groq, ...responseMetadata(chunk, {}) }, isLast(chunk));
	}

	/** Sets the cumulative usage of the current response, which its last chunk has, or each of them. */
	#report(reported: TokenUsage, last: boolean): void {
		const usage = this.#metadata === undefined ? reported : withMetadata(reported, this.#metadata);
		const currentId = this.#current?.responseId;
		const differs = currentId !== undefined && usage.responseId !== undefined && currentId !== usage.responseId;
		// Some servers give each chunk an id of its own (Google's do not). So a new id begins a new response only if
		// the current one has ended, or comes from Google.
		if (differs && (this.#final || usage.provider?.startsWith('gcp.') === true)) this.#endCurrent();
		this.#final = last || (this.#current !== undefined && !differs && this.#final);
		this.#current = usage;
	}

	/** Adds the usage of a response that ends with this chunk. */
	#endResponse(usage: TokenUsage | undefined): void {
		if (usage === undefined) return;
		this.#endCurrent();
		this.#ended = merge(this.#ended, withMetadata(usage, this.#metadata));
		this.#metadata = undefined;
		this.#final = true;
	}

	/** Adds the end of a stream of the Vercel AI SDK, which repeats the sum of its steps. */
	#finish(usage: TokenUsage | undefined): void {
		const steps = this.#steps;
		this.#steps = undefined;
		if (usage === undefined) {
			if (steps !== undefined) this.#endResponse(steps);
			return;
		}
		this.#endResponse(steps === undefined ? usage : { ...usage, ...metadataOf(steps) });
	}

	/** Adds the last report of the current response, if there is one, to the sum. */
	#endCurrent(): void {
		if (this.#current !== undefined) this.#ended = merge(this.#ended, this.#current);
		this.#current = undefined;
	}

	/**
	 * Adds a message or a message chunk of LangChain, whose numbers add up. LangChain's client for Anthropic passes on
	 * the output of the first report and the cumulative output of the last, so that its own sum contains the first one
	 * twice.
	 */
	#addMessage(message: object): void {
		const usage = messageUsage(message);
		if (usage === undefined) return;
		const { input = 0, output: out = 0, responseId } = usage;
		const isChunk = hasOwn(message, 'tool_call_chunks');
		const repeated = isChunk && input === 0 ? this.#repeatedOutput : undefined;
		if (!isChunk || (repeated === undefined && responseId !== this.#current?.responseId)) this.#endCurrent();
		this.#current = append(this.#current, { ...usage, output: Math.max(0, out - (repeated ?? 0)) });
		// The first chunk of an Anthropic response has input, and an output that the last chunk's includes.
		const isFirst = isChunk && input > 0 && responseId?.startsWith('msg_') === true;
		if (isFirst) this.#repeatedOutput = out;
		else this.#repeatedOutput = repeated === undefined ? undefined : Math.max(out, repeated);
		this.#final = !isFirst && (!isChunk || repeated !== undefined || endsMessage(message));
	}

	/**
	 * Adds an event of LangChain's `streamEvents`: a model call is reported whole at its end, after its chunks. The
	 * events of one model state the id of the response at its start.
	 *
	 * @returns whether it was such an event
	 */
	#addRunEvent(chunk: object): boolean {
		const event = nameIn(chunk, 'event');
		if (event === 'message-start') this.#metadata = { responseId: nameIn(chunk, 'id') };
		if (event?.startsWith('on_') !== true) return false;
		const output = event === 'on_chat_model_end' ? objectIn(objectIn(chunk, 'data'), 'output') : undefined;
		if (output !== undefined) this.#endResponse(usageIn(output));
		return true;
	}
}

/** Returns the usage with the model and id that an earlier chunk stated, if it does not state them itself. */
function withMetadata(usage: TokenUsage, metadata: TokenUsage | undefined): TokenUsage {
	return {
		...usage,
		model: usage.model ?? metadata?.model,
		responseId: usage.responseId ?? metadata?.responseId,
	};
}

/** Returns the model, provider and id of a usage without its numbers. */
function metadataOf(usage: TokenUsage): TokenUsage {
	return { model: usage.model, provider: usage.provider, responseId: usage.responseId };
}

/** Under these keys a chunk has the usage of one whole response: Bedrock, Cohere's version 1, Google. */
const RESPONSE_KEYS = ['metadata', 'response', 'interaction'] as const;

/** Returns whether a chunk ends a response: OpenAI's last chunk has no choices, others state a reason to stop. */
function isLast(chunk: object): boolean {
	if (arrayIn(chunk, 'choices')?.length === 0) return true;
	for (const key of ['choices', 'candidates']) {
		for (const choice of objectsIn(chunk, key)) if (hasFinishReason(choice)) return true;
	}
	return hasFinishReason(chunk);
}

/** Returns whether a response or one of its choices states why it ended. */
function hasFinishReason(object: object): boolean {
	return ['finish_reason', 'finishReason', 'stop_reason'].some((key) => nameIn(object, key) !== undefined);
}

/** Returns whether a message chunk of LangChain is the last one of its message. */
function endsMessage(message: object): boolean {
	if (readOwnProperty(message, 'content') === '') return true;
	const metadata = objectIn(message, 'response_metadata');
	const extra = objectIn(message, 'additional_kwargs');
	return [metadata, extra].some(
		(object) => object !== undefined && (hasFinishReason(object) || nameIn(object, 'status') !== undefined),
	);
}
