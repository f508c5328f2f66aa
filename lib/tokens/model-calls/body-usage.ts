import type { TokenUsage } from '../../usage/accounting/usage.js';
import { usageIn } from '../../usage/formats/find-usage.js';
import { StreamUsage } from '../../usage/formats/stream-usage.js';
import type { UsageGatherer } from './call-settlement.js';

/** The events after which a provider reports no more. OpenAI's chat completions end with the data `[DONE]`. */
const LAST_EVENTS = new Set(['message_stop', 'response.completed', 'response.incomplete', 'response.failed']);

/**
 * Finds the usage in the body of a provider's answer as it comes over the wire, JSON or server-sent events, from text or
 * from its chunks. Which of the two it is, the first character says: a content type may be wrong, and the clients do not
 * go by it either.
 *
 * Of events only those with the word `usage` are parsed, and nothing is kept of any; of JSON, the text until its end.
 */
export class BodyUsage implements UsageGatherer {
	readonly #decoder = new TextDecoder();
	readonly #events = new StreamUsage();
	#form: 'json' | 'events' | undefined;
	/** JSON so far; of events, the line that has not ended. */
	#text: string[] = [];
	#data: string[] = [];
	#event = '';
	#complete = false;

	/** The usage in a body that was read whole, and its value where it is JSON. */
	static of(text: string): { readonly usage: TokenUsage | undefined; readonly json: unknown } {
		if (formOf(text) === 'json') {
			const json = parsed(text);
			return { usage: usageIn(json), json };
		}
		const body = new BodyUsage();
		body.see(text);
		return { usage: body.usage(true), json: undefined };
	}

	get complete(): boolean {
		return this.#complete;
	}

	see(chunk: unknown): void {
		const text = typeof chunk === 'string' ? chunk : this.#decode(chunk);
		this.#form ??= formOf(text);
		if (this.#form === 'events') this.#lines(text);
		else if (this.#form === 'json') this.#text.push(text);
	}

	usage(whole: boolean): TokenUsage | undefined {
		if (this.#form === 'json') return usageIn(parsed(this.#text.join('')));
		if (whole && !this.#complete) this.#lines('\n\n');
		return this.#events.usage(whole || this.#complete);
	}

	#decode(chunk: unknown): string {
		if (chunk instanceof Uint8Array || chunk instanceof ArrayBuffer)
			return this.#decoder.decode(chunk, { stream: true });
		return '';
	}

	#lines(text: string): void {
		const lines = text.split('\n');
		const last = lines.pop() ?? '';
		for (const line of lines) {
			const whole = this.#text.length === 0 ? line : this.#text.join('') + line;
			this.#line(whole.endsWith('\r') ? whole.slice(0, -1) : whole);
			this.#text = [];
		}
		if (last !== '') this.#text.push(last);
	}

	#line(line: string): void {
		if (line === '') this.#dispatch();
		else if (line.startsWith('data:')) this.#data.push(line.slice(5));
		else if (line.startsWith('event:')) this.#event = line.slice(6).trim();
	}

	#dispatch(): void {
		const data = this.#data.join('\n');
		if (data.includes('usage')) this.#events.see(parsed(data));
		if (LAST_EVENTS.has(this.#event) || data.trim() === '[DONE]') this.#complete = true;
		this.#data = [];
		this.#event = '';
	}
}

function formOf(text: string): 'json' | 'events' | undefined {
	const first = text.trimStart()[0];
	if (first === undefined) return undefined;
	return first === '{' || first === '[' ? 'json' : 'events';
}

function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}
