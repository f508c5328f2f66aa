import { processState } from '../../runtime/process-state.js';
import { inspect } from '../../settling/common/inspect.js';
import type { TokenUsage } from '../../usage/accounting/usage.js';
import { usageIn } from '../../usage/formats/find-usage.js';
import { StreamUsage } from '../../usage/formats/stream-usage.js';
import type { CallReaders } from './call-settlement.js';

/** What a client knows of a call although the usage that was reported may not say it. */
export type ResponseIdentity = Pick<TokenUsage, 'model' | 'provider'>;

/**
 * The readers of the toolkit, and beside the usage who served the call, as far as the usage itself does not say.
 *
 * @param silent - called for each answer that came whole, without an error, and has no usage in it
 */
export function identityOf(served: ResponseIdentity, silent: () => void = () => {}): CallReaders {
	return {
		value(value) {
			const usage = usageIn(value);
			if (usage === undefined) silent();
			return withIdentity(usage, served);
		},
		stream: () => new ServedStream(served, silent),
	};
}

class ServedStream {
	readonly #stream = new StreamUsage();
	#failed = false;

	constructor(
		readonly served: ResponseIdentity,
		readonly silent: () => void,
	) {}

	see(item: unknown): void {
		this.#stream.see(item);
		if (textAt(Object(item), 'type') === 'error') this.#failed = true;
	}

	usage(whole: boolean): TokenUsage | undefined {
		const usage = this.#stream.usage(whole);
		if (usage === undefined && whole && !this.#failed) this.silent();
		return withIdentity(usage, this.served);
	}
}

/** The usage with what it does not say of itself; undefined stays undefined. */
export function withIdentity(usage: TokenUsage | undefined, served: ResponseIdentity): TokenUsage | undefined {
	return (
		usage && {
			...usage,
			model: usage.model ?? served.model,
			provider: usage.provider ?? served.provider,
		}
	);
}

/** The parts of clients that are watched: one part (`ai.models`, a model that another one made) can be met in several ways. */
export const watchedParts = processState('model-calls/response-identity', () => new WeakSet<object>());

/** The value, where it is an object. */
export function objectAt(value: unknown): object | undefined {
	return typeof value === 'object' && value !== null ? value : undefined;
}

/** The member, where it is a string with letters. */
export function textAt(value: object, key: string): string | undefined {
	const found = inspect(value, key);
	return typeof found === 'string' && found !== '' ? found : undefined;
}
