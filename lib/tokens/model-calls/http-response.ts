import { inspect } from '../../settling/common/inspect.js';
import { type AnyFunction, descriptorOf, overrideAccessor } from '../../settling/common/override-property.js';
import { settle } from '../../settling/settle.js';
import type { TokenUsage } from '../../usage/accounting/usage.js';
import { usageIn } from '../../usage/formats/find-usage.js';
import { BodyUsage } from './body-usage.js';
import { CallSettlement, type UsageGatherer } from './call-settlement.js';
import type { ModelCall } from './model-call.js';
import { overrideMethod } from './override-method.js';
import { readPipedUsage } from './stream-parts.js';

/** One answer over HTTP to a model call. */
export interface HttpResponseReaders {
	readonly call: ModelCall;
	/**
	 * Told once nobody reads it further, with the usage in it, if it has one, and its JSON, where it was read as such.
	 *
	 * @param whole - false where it was left, or broke
	 */
	ended(usage: TokenUsage | undefined, json: unknown, whole: boolean): void;
}

/** What reads a body whole. */
const READS = ['json', 'text', 'arrayBuffer', 'bytes'] as const;

/**
 * Watches the ways in which a fetch `Response` is read, on the very object: whoever reads it, the client or the
 * application behind `asResponse()`, and however (`json()`, `text()`, the body as a stream, a clone). Nothing is read
 * because of us.
 *
 * @returns false where it does not let itself be watched, or is no such response
 */
export function watchHttpResponse(response: unknown, answer: HttpResponseReaders): boolean {
	if (typeof response !== 'object' || response === null) return false;
	// Reading a body whole reads its stream, whose watcher has nothing to say then.
	const reading = { whole: false };
	const watched = READS.map((key) => watchRead(response, key, answer, reading)).includes(true);
	overrideMethod(response, 'clone', (behind, self, args) => {
		const copy = Reflect.apply(behind, self, args);
		watchHttpResponse(copy, answer);
		return copy;
	});
	return watchBody(response, answer, reading) || watched;
}

interface Reading {
	whole: boolean;
}

function watchRead(
	response: object,
	key: (typeof READS)[number],
	answer: HttpResponseReaders,
	reading: Reading,
): boolean {
	return overrideMethod(response, key, (behind, self, args) => {
		reading.whole = true;
		const value = (read: unknown) => {
			const found = key === 'json' ? { usage: usageIn(read), json: read } : BodyUsage.of(textOf(read));
			answer.ended(found.usage, found.json, true);
			return found.usage;
		};
		return settle(answer.call.run(behind, self, args), new CallSettlement(answer.call, { value }));
	});
}

function textOf(read: unknown): string {
	return typeof read === 'string' ? read : new TextDecoder().decode(read as ArrayBuffer);
}

function watchBody(response: object, answer: HttpResponseReaders, reading: Reading): boolean {
	const member = descriptorOf(response, 'body');
	if (member === undefined) return false;
	const read = (member.get ?? (() => member.value)) as AnyFunction;
	const watched = new WeakSet<object>();
	return overrideAccessor(response, 'body', {
		get(this: unknown): unknown {
			const body = Reflect.apply(read, this, []);
			if (typeof body !== 'object' || body === null || watched.has(body)) return body;
			watched.add(body);
			const stream = () => new Gatherer(answer, reading);
			const settled = settle(body, new CallSettlement(answer.call, { stream, value: () => undefined }));
			readPipedUsage(body);
			return settled;
		},
		set: undefined,
	});
}

class Gatherer implements UsageGatherer {
	readonly #body = new BodyUsage();

	constructor(
		readonly answer: HttpResponseReaders,
		readonly reading: Reading,
	) {}

	get complete(): boolean {
		return this.#body.complete;
	}

	see(chunk: unknown): void {
		if (!this.reading.whole) this.#body.see(chunk);
	}

	usage(whole: boolean): TokenUsage | undefined {
		if (this.reading.whole) return undefined;
		const usage = this.#body.usage(whole);
		this.answer.ended(usage, undefined, whole);
		return usage;
	}
}

/** True where the provider answered the call rather than refused it. */
export function isSuccess(response: unknown): boolean {
	return typeof response === 'object' && response !== null && inspect(response, 'ok') === true;
}
