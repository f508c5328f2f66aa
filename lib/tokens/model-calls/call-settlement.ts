import { release } from '../../settling/common/finalization.js';
import type { Settlement } from '../../settling/common/settlement.js';
import type { TokenUsage } from '../../usage/accounting/usage.js';
import { usageIn } from '../../usage/formats/find-usage.js';
import { StreamUsage } from '../../usage/formats/stream-usage.js';
import type { ModelCall } from './model-call.js';

/** How the usage of one kind of call is found; each may be left out. Telemetry: what they throw counts as no usage. */
export interface CallReaders {
	/** The usage in a settled value that is no stream. @default usageIn */
	readonly value?: ((value: unknown) => TokenUsage | undefined) | undefined;
	/** What gathers the usage of a stream from its items, made anew for each call. @default StreamUsage */
	readonly stream?: (() => UsageGatherer) | undefined;
	/** The member of a many-sided result that is the stream (`{ stream }` of an AI SDK model). @default none */
	readonly watch?: string | undefined;
}

/** What gathers the usage of one stream from its items: a `StreamUsage` is one. */
export interface UsageGatherer {
	see(item: unknown): void;
	usage(whole: boolean): TokenUsage | undefined;
	/** True once nothing more can come: what was spent is then said before the stream is read to its end. */
	readonly complete?: boolean;
}

/** Follows the result of one model call to its end, and says what it spent: once, whatever became of it. */
export class CallSettlement implements Settlement {
	readonly wantsItems = true;
	readonly watch: string | undefined;
	readonly #call: ModelCall;
	readonly #value: (value: unknown) => TokenUsage | undefined;
	readonly #stream: UsageGatherer;
	#ended = false;

	constructor(call: ModelCall, { value = usageIn, stream = () => new StreamUsage(), watch }: CallReaders = {}) {
		this.#call = call;
		this.#value = value;
		this.#stream = stream();
		this.watch = watch;
	}

	get ended(): boolean {
		return this.#ended;
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		return this.#call.run(fn, self, args);
	}

	item(value: unknown): void {
		if (this.#ended) return;
		try {
			this.#stream.see(value);
			if (this.#stream.complete === true) this.done(undefined, '');
		} catch {
			// A reader's fault is not the application's.
		}
	}

	done(value: unknown, kind?: string): void {
		this.#end(() => (kind === undefined ? this.#value(value) : this.#stream.usage(true)));
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

	#end(usage: () => TokenUsage | undefined): void {
		if (this.#ended) return;
		this.#ended = true;
		release(this);
		try {
			const spent = usage();
			if (spent !== undefined) this.#call.report(spent);
		} catch {
			// As above.
		}
	}
}
