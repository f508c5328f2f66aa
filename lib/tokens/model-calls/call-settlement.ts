import { runInContext } from '../../runtime/active-context.js';
import { unregisterFinalization } from '../../settling/common/finalization.js';
import type { Settlement } from '../../settling/common/settlement.js';
import type { TokenUsage } from '../../usage/accounting/usage.js';
import { usageIn } from '../../usage/formats/find-usage.js';
import { StreamUsage } from '../../usage/formats/stream-usage.js';
import type { ModelCall } from './model-call.js';

/**
 * How the usage of one kind of call is read. A reader that throws has found no usage; nothing of it reaches the
 * application.
 */
export interface CallReaders {
	/** Returns the usage in a settled value that is no stream; undefined if there is none. @default usageIn */
	readonly value?: ((value: unknown) => TokenUsage | undefined) | undefined;
	/** Creates, for each call, what collects the usage of a stream from its items. @default StreamUsage */
	readonly stream?: (() => UsageCollector) | undefined;
	/** The member of a result of several parts that is the stream (`{ stream }` of an AI SDK model). @default none */
	readonly watch?: string | undefined;
}

/** Collects the usage of one stream from its items, as `StreamUsage` does. */
export interface UsageCollector {
	/** Adds the next item of the stream. */
	add(item: unknown): void;
	/**
	 * Returns the usage of the items so far; undefined if they have none.
	 *
	 * @param reachedEnd - false if the stream failed or was left
	 */
	usage(reachedEnd: boolean): TokenUsage | undefined;
	/**
	 * True once no more usage can come: the call is then reported before the stream is read to its end. @default false
	 */
	readonly complete?: boolean;
}

/**
 * Watches the result of one model call to its end and reports its usage once, whether it succeeds, fails or is left.
 */
export class CallSettlement implements Settlement {
	readonly wantsItems = true;
	readonly watch: string | undefined;
	readonly #call: ModelCall;
	readonly #valueUsage: (value: unknown) => TokenUsage | undefined;
	readonly #stream: UsageCollector;
	#ended = false;

	constructor(call: ModelCall, { value = usageIn, stream = () => new StreamUsage(), watch }: CallReaders = {}) {
		this.#call = call;
		this.#valueUsage = value;
		this.#stream = stream();
		this.watch = watch;
	}

	get ended(): boolean {
		return this.#ended;
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		return runInContext(this.#call.context, fn, self, args);
	}

	item(value: unknown): void {
		if (this.#ended) return;
		try {
			this.#stream.add(value);
			// A consumer may read no further once it has the last event; the end of the stream would then never come.
			if (this.#stream.complete === true) this.done(undefined, '');
		} catch {
			// A fault of a reader must not reach the application.
		}
	}

	done(value: unknown, kind?: string): void {
		this.#end(() => (kind === undefined ? this.#valueUsage(value) : this.#stream.usage(true)));
	}

	failed(): void {
		this.#end(() => this.#stream.usage(false));
	}

	cancelled(): void {
		this.#end(() => this.#stream.usage(false));
	}

	abandoned(): void {
		this.#end(() => this.#stream.usage(false));
	}

	/** Reports the usage. Does nothing if the call has ended already. */
	#end(readUsage: () => TokenUsage | undefined): void {
		if (this.#ended) return;
		this.#ended = true;
		unregisterFinalization(this);
		try {
			const usage = readUsage();
			if (usage !== undefined) this.#call.report(usage);
		} catch {
			// A fault of a reader must not reach the application.
		}
	}
}
