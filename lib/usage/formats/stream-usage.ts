import types from 'node:util/types';
import type { TokenUsage } from '../accounting/usage.js';
import { usageIn } from './find-usage.js';
import { messageUsage } from './langchain.js';
import { append, grow, merge } from './merge.js';
import { items, list, name, part, readOwnProperty } from './read-property.js';
import { aiSdkFacts, factsOf } from './response-facts.js';

const { hasOwn } = Object;

/**
 * Gathers the usage of one streamed answer from its chunks; keeps nothing else of them. Never throws.
 *
 * A stream may hold several answers, as that of a tool loop does: their usage is summed. Within one answer a later
 * report replaces an earlier one, because providers report cumulatively; only LangChain's chunks add up.
 */
export class StreamUsage {
	/** The sum of the answers that are through. */
	#through: TokenUsage | undefined;
	/** What was reported last of the answer under way. */
	#open: TokenUsage | undefined;
	/** The sum of the steps of the Vercel AI SDK that no `finish` has summed yet. */
	#steps: TokenUsage | undefined;
	/** The model and id that a part without usage named for the answer under way. */
	#named: Pick<TokenUsage, 'model' | 'responseId'> | undefined;
	/** What LangChain's first chunk of an Anthropic answer said of the output, which later chunks say again. */
	#again: number | undefined;
	/** Whether the last report was the provider's final one. */
	#final = false;

	see(chunk: unknown): void {
		if (chunk === null || typeof chunk !== 'object' || types.isProxy(chunk) || Array.isArray(chunk)) return;
		try {
			if (hasOwn(chunk, 'type') && this.#event(chunk, readOwnProperty(chunk, 'type'))) return;
			this.#chunk(chunk);
		} catch {
			// A hostile chunk says nothing.
		}
	}

	/**
	 * What the provider had reported so far; undefined where it reported nothing.
	 *
	 * @param whole - false where the stream was left or failed: what was reported may then be `partial`
	 */
	usage(whole: boolean): TokenUsage | undefined {
		let all = this.#through;
		for (const more of [this.#steps, this.#open]) if (more !== undefined) all = merge(all, more);
		return all === undefined || whole || this.#final ? all : { ...all, partial: true };
	}

	/** An event that its type tells apart; answers whether it was one. */
	#event(chunk: object, type: unknown): boolean {
		switch (type) {
			case 'message_start':
				this.#start(usageIn(chunk));
				return true;
			case 'message_delta': {
				const later = usageIn(chunk);
				if (later !== undefined) this.#open = grow(this.#open, later);
				if (later !== undefined && name(part(chunk, 'delta'), 'stop_reason') !== undefined) this.#final = true;
				return true;
			}
			case 'message-start':
				this.#named = { responseId: name(chunk, 'id') };
				return true;
			case 'response-metadata':
			case 'model-call-response-metadata':
				this.#named = aiSdkFacts(chunk, chunk);
				return true;
			case 'message-end':
			case 'model-call-end':
			case 'response.completed':
			case 'response.incomplete':
			case 'response.failed':
				this.#whole(usageIn(chunk));
				return true;
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

	/** Of a stream that was split in two, both branches begin with the same answer. */
	#start(usage: TokenUsage | undefined): void {
		const id = usage?.responseId;
		if (usage !== undefined && id !== undefined && id === this.#open?.responseId) {
			this.#open = grow(this.#open, usage);
			return;
		}
		this.#close();
		this.#open = usage;
		this.#final = false;
	}

	#chunk(chunk: object): void {
		const message = hasOwn(chunk, 'message') ? part(chunk, 'message') : undefined;
		if (hasOwn(chunk, 'usage_metadata')) this.#message(chunk);
		else if (message !== undefined && hasOwn(message, 'usage_metadata')) this.#message(message);
		else if (!hasOwn(chunk, 'event') || !this.#runEvent(chunk)) this.#answer(chunk);
	}

	#answer(chunk: object): void {
		const usage = usageIn(chunk);
		if (usage !== undefined) {
			if (readOwnProperty(chunk, 'done') === true) this.#whole(usage);
			else this.#report(usage, isLast(chunk));
			return;
		}
		for (const key of WHOLE) if (hasOwn(chunk, key)) this.#whole(usageIn(part(chunk, key)));
		const data = hasOwn(chunk, 'data') ? part(chunk, 'data') : undefined;
		const inner = usageIn(data);
		if (data !== undefined && inner !== undefined) this.#report(inner, isLast(data));
		if (!hasOwn(chunk, 'x_groq')) return;
		const groq = usageIn(part(chunk, 'x_groq'));
		if (groq !== undefined) this.#report({ ...groq, ...factsOf(chunk, {}) }, isLast(chunk));
	}

	/** One answer's cumulative usage, which the last chunk has, or each of them. */
	#report(found: TokenUsage, last: boolean): void {
		const usage = this.#named === undefined ? found : named(found, this.#named);
		const before = this.#open?.responseId;
		const other = before !== undefined && usage.responseId !== undefined && before !== usage.responseId;
		// There are servers that give each chunk an id of its own, Google not among them: elsewhere only an answer that
		// has ended makes way for another.
		if (other && (this.#final || usage.provider?.startsWith('gcp.') === true)) this.#close();
		this.#final = last || (this.#open !== undefined && !other && this.#final);
		this.#open = usage;
	}

	/** The usage of an answer that is through with this chunk. */
	#whole(usage: TokenUsage | undefined): void {
		if (usage === undefined) return;
		this.#close();
		this.#through = merge(this.#through, named(usage, this.#named));
		this.#named = undefined;
		this.#final = true;
	}

	/** The end of a stream of the Vercel AI SDK, which repeats the sum of its steps. */
	#finish(usage: TokenUsage | undefined): void {
		const steps = this.#steps;
		this.#steps = undefined;
		if (usage === undefined) {
			if (steps !== undefined) this.#whole(steps);
			return;
		}
		this.#whole(steps === undefined ? usage : { ...usage, ...said(steps) });
	}

	#close(): void {
		if (this.#open !== undefined) this.#through = merge(this.#through, this.#open);
		this.#open = undefined;
	}

	/**
	 * A message or a message chunk of LangChain: they add up. Its client for Anthropic hands on the output of the first
	 * report and the cumulative one of the last, so that its own sum has the first twice.
	 */
	#message(message: object): void {
		const usage = messageUsage(message);
		if (usage === undefined) return;
		const { in: read = 0, out = 0, responseId } = usage;
		const chunk = hasOwn(message, 'tool_call_chunks');
		const more = chunk && read === 0 ? this.#again : undefined;
		if (!chunk || (more === undefined && responseId !== this.#open?.responseId)) this.#close();
		this.#open = append(this.#open, { ...usage, out: Math.max(0, out - (more ?? 0)) });
		const first = chunk && read > 0 && responseId?.startsWith('msg_') === true;
		if (first) this.#again = out;
		else this.#again = more === undefined ? undefined : Math.max(out, more);
		this.#final = !first && (!chunk || more !== undefined || endsMessage(message));
	}

	/**
	 * What `streamEvents` of LangChain yields: each call of a model is told whole at its end, and its chunks before. The
	 * events of one model say at the start which answer it is.
	 */
	#runEvent(chunk: object): boolean {
		const event = name(chunk, 'event');
		if (event === 'message-start') this.#named = { responseId: name(chunk, 'id') };
		if (event?.startsWith('on_') !== true) return false;
		const output = event === 'on_chat_model_end' ? part(part(chunk, 'data'), 'output') : undefined;
		if (output !== undefined) this.#whole(usageIn(output));
		return true;
	}
}

/** A usage with what was told of its answer before. */
function named(usage: TokenUsage, told: TokenUsage | undefined): TokenUsage {
	return { ...usage, model: usage.model ?? told?.model, responseId: usage.responseId ?? told?.responseId };
}

function said(steps: TokenUsage): TokenUsage {
	return { model: steps.model, provider: steps.provider, responseId: steps.responseId };
}

/** Where an event without a `type` of ours has one answer's whole usage: Bedrock, Cohere's version 1, Google. */
const WHOLE = ['metadata', 'response', 'interaction'] as const;

/** Whether the chunk ends an answer: OpenAI's last one has no choices, others say why they finished. */
function isLast(chunk: object): boolean {
	if (list(chunk, 'choices')?.length === 0) return true;
	for (const key of ['choices', 'candidates']) {
		for (const choice of items(chunk, key)) if (finished(choice)) return true;
	}
	return finished(chunk);
}

function finished(part: object): boolean {
	return ['finish_reason', 'finishReason', 'stop_reason'].some((key) => name(part, key) !== undefined);
}

function endsMessage(message: object): boolean {
	if (readOwnProperty(message, 'content') === '') return true;
	const metadata = part(message, 'response_metadata');
	const extra = part(message, 'additional_kwargs');
	return [metadata, extra].some(
		(place) => place !== undefined && (finished(place) || name(place, 'status') !== undefined),
	);
}
