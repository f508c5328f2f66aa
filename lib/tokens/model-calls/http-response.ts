import { runInContext } from '../../runtime/active-context.js';
import { apply } from '../../runtime/intrinsics.js';
import { inspect } from '../../settling/common/inspect.js';
import { type AnyFunction, descriptorOf, overrideAccessor } from '../../settling/common/override-property.js';
import { settle } from '../../settling/settle.js';
import type { TokenUsage } from '../../usage/accounting/usage.js';
import { usageIn } from '../../usage/formats/find-usage.js';
import { BodyUsage } from './body-usage.js';
import { CallSettlement, type UsageCollector } from './call-settlement.js';
import type { ModelCall } from './model-call.js';
import { overrideMethod } from './override-method.js';
import { readPipedUsage } from './stream-parts.js';

/** What happens with one HTTP response to a model call while it is read. */
export interface HttpResponseHandler {
	/** The call to which the usage in the response is reported. */
	readonly call: ModelCall;
	/**
	 * Called once the body has been read, or is not read further.
	 *
	 * @param usage - the usage in the body; undefined if it has none
	 * @param json - the body as it was parsed, if it was read as JSON
	 * @param reachedEnd - false if the reader left the body, or if the body failed
	 */
	onEnd(usage: TokenUsage | undefined, json: unknown, reachedEnd: boolean): void;
}

/** The methods of a fetch `Response` that read the whole body. */
const READ_METHODS = ['json', 'text', 'arrayBuffer', 'bytes'] as const;

/**
 * Watches every way in which the body of a fetch `Response` can be read (`json()`, `text()`, the body as a stream, a
 * clone), on the response object itself. So it does not matter whether the client reads it, or the application behind
 * `asResponse()`. The toolkit itself reads nothing.
 *
 * @returns false if the value is no such response, or cannot be watched
 */
export function watchHttpResponse(response: unknown, handler: HttpResponseHandler): boolean {
	if (typeof response !== 'object' || response === null) return false;
	// A method that reads the whole body also reads its stream, whose watcher then must report nothing.
	const progress = { byMethod: false };
	const watched = READ_METHODS.map((key) => watchRead(response, key, handler, progress)).includes(true);
	overrideMethod(response, 'clone', (original, self, args) => {
		const clone = apply(original, self, args);
		watchHttpResponse(clone, handler);
		return clone;
	});
	return watchBody(response, handler, progress) || watched;
}

/** How one response has been read so far. */
interface ReadProgress {
	/** True once one of `READ_METHODS` was called. */
	byMethod: boolean;
}

/** Watches one method that reads the whole body. Returns false if there is none, or if it cannot be watched. */
function watchRead(
	response: object,
	key: (typeof READ_METHODS)[number],
	handler: HttpResponseHandler,
	progress: ReadProgress,
): boolean {
	return overrideMethod(response, key, (original, self, args) => {
		progress.byMethod = true;
		const value = (body: unknown) => {
			const found = key === 'json' ? { usage: usageIn(body), json: body } : BodyUsage.of(textOf(body));
			handler.onEnd(found.usage, found.json, true);
			return found.usage;
		};
		const { call } = handler;
		return settle(runInContext(call.context, original, self, args), new CallSettlement(call, { value }));
	});
}

/** Returns what a method that reads the whole body gave, as text. */
function textOf(body: unknown): string {
	return typeof body === 'string' ? body : new TextDecoder().decode(body as ArrayBuffer);
}

/** Watches the member `body`. Returns false if there is none, or if it cannot be watched. */
function watchBody(response: object, handler: HttpResponseHandler, progress: ReadProgress): boolean {
	const descriptor = descriptorOf(response, 'body');
	if (descriptor === undefined) return false;
	const readBody = (descriptor.get ?? (() => descriptor.value)) as AnyFunction;
	const watched = new WeakSet<object>();
	return overrideAccessor(response, 'body', {
		get(this: unknown): unknown {
			const body = apply(readBody, this, []);
			if (typeof body !== 'object' || body === null || watched.has(body)) return body;
			watched.add(body);
			// The same stream is returned at each read, but is watched once.
			const stream = () => new BodyCollector(handler, progress);
			const settled = settle(body, new CallSettlement(handler.call, { stream, value: () => undefined }));
			readPipedUsage(body);
			return settled;
		},
		set: undefined,
	});
}

/** Collects the usage of a body that is read as a stream; nothing once a method reads the whole body. */
class BodyCollector implements UsageCollector {
	readonly #body = new BodyUsage();

	constructor(
		readonly handler: HttpResponseHandler,
		readonly progress: ReadProgress,
	) {}

	get complete(): boolean {
		return this.#body.complete;
	}

	add(chunk: unknown): void {
		if (!this.progress.byMethod) this.#body.add(chunk);
	}

	usage(reachedEnd: boolean): TokenUsage | undefined {
		if (this.progress.byMethod) return undefined;
		const usage = this.#body.usage(reachedEnd);
		this.handler.onEnd(usage, undefined, reachedEnd);
		return usage;
	}
}

/** Returns whether the provider answered the call (`response.ok`) rather than refused it. */
export function isSuccess(response: unknown): boolean {
	return typeof response === 'object' && response !== null && inspect(response, 'ok') === true;
}
