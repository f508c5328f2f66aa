import type { TokenUsage } from '../../usage/accounting/usage.js';
import { usageIn } from '../../usage/formats/find-usage.js';
import { StreamUsage } from '../../usage/formats/stream-usage.js';
import type { UsageCollector } from './call-settlement.js';

/** The events after which a provider reports no more. OpenAI's chat completions end with the data `[DONE]` instead. */
const LAST_EVENTS = new Set(['message_stop', 'response.completed', 'response.incomplete', 'response.failed']);

/**
 * Finds the usage in the body of a provider's HTTP response, JSON or server-sent events, from its text or its chunks.
 * The first character decides between the two formats: a content type may be wrong, and the clients do not follow it
 * either.
 *
 * Of events only those that contain the word `usage` are parsed, and none is kept; of JSON the text is kept to its end.
 */
export class BodyUsage implements UsageCollector {
	readonly #decoder = new TextDecoder();
	readonly #events = new StreamUsage();
	#format: 'json' | 'events' | undefined;
	/** For JSON, the text so far; for events, the line that has not ended. */
	#text: string[] = [];
	/** The `data` lines of the event that has not ended. */
	#data: string[] = [];
	/** The name of the event that has not ended. */
	#event = '';
	#complete = false;

	/** Returns the usage in a body that was read whole, and its value if it is JSON. */
	static of(text: string): { readonly usage: TokenUsage | undefined; readonly json: unknown } {
		if (formatOf(text) === 'json') {
			const json = parsed(text);
			return { usage: usageIn(json), json };
		}
		const body = new BodyUsage();
		body.add(text);
		return { usage: body.usage(true), json: undefined };
	}

	/** True once the last event has come. */
	get complete(): boolean {
		return this.#complete;
	}

	/** Adds the next chunk: a string, a `Uint8Array` or an `ArrayBuffer`. Anything else is ignored. */
	add(chunk: unknown): void {
		const text = typeof chunk === 'string' ? chunk : this.#decode(chunk);
		this.#format ??= formatOf(text);
		if (this.#format === 'events') this.#addLines(text);
		else if (this.#format === 'json') this.#text.push(text);
	}

	/** @param reachedEnd - false if the body failed or was left; events then may be `partial` */
	usage(reachedEnd: boolean): TokenUsage | undefined {
		if (this.#format === 'json') return usageIn(parsed(this.#text.join('')));
		if (reachedEnd && !this.#complete) this.#addLines('\n\n');
		return this.#events.usage(reachedEnd || this.#complete);
	}

	/**
	 * Returns the text of a chunk of bytes; a character that is cut by the end of the chunk comes with the next one.
	 */
	#decode(chunk: unknown): string {
		if (chunk instanceof Uint8Array || chunk instanceof ArrayBuffer)
			return this.#decoder.decode(chunk, { stream: true });
		return '';
	}

	/** Adds text of server-sent events: each whole line, and the rest to the line that has not ended. */
	#addLines(text: string): void {
		const lines = text.split('\n');
		const rest = lines.pop() ?? '';
		for (const part of lines) {
			const line = this.#text.length === 0 ? part : this.#text.join('') + part;
			this.#addLine(line.endsWith('\r') ? line.slice(0, -1) : line);
			this.#text = [];
		}
		if (rest !== '') this.#text.push(rest);
	}

	/** Adds one line of an event. An empty line ends the event; comments and other fields are ignored. */
	#addLine(line: string): void {
		if (line === '') this.#endEvent();
		else if (line.startsWith('data:')) this.#data.push(line.slice(5));
		else if (line.startsWith('event:')) this.#event = line.slice(6).trim();
	}

	/** Reads the usage of an event that has ended. */
	#endEvent(): void {
		const data = this.#data.join('\n');
		if (data.includes('usage')) this.#events.add(parsed(data));
		if (LAST_EVENTS.has(this.#event) || data.trim() === '[DONE]') this.#complete = true;
		this.#data = [];
		this.#event = '';
	}
}

/** Returns the format of a body by its first character; undefined if there is nothing but white space. */
function formatOf(text: string): 'json' | 'events' | undefined {
	const first = text.trimStart()[0];
	if (first === undefined) return undefined;
	return first === '{' || first === '[' ? 'json' : 'events';
}

/** Returns the value of JSON text; undefined if it is invalid. */
function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}
