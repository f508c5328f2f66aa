import { processState } from '../../runtime/process-state.js';
import { inspect } from '../../settling/common/inspect.js';
import type { TokenUsage } from '../../usage/accounting/usage.js';
import { usageIn } from '../../usage/formats/find-usage.js';
import { StreamUsage } from '../../usage/formats/stream-usage.js';
import type { CallReaders } from './call-settlement.js';

/** What a client knows of its calls even if the usage in a response does not state it: the model and the provider. */
export type ResponseIdentity = Pick<TokenUsage, 'model' | 'provider'>;

/**
 * Returns the toolkit's readers, which complete each usage with the identity of the client.
 *
 * @param identity - the model and provider for a usage that does not state them itself
 * @param onMissingUsage - called for each response that ended without an error and has no usage in it
 */
export function readersWithIdentity(identity: ResponseIdentity, onMissingUsage: () => void = () => {}): CallReaders {
	return {
		value(value) {
			const usage = usageIn(value);
			if (usage === undefined) onMissingUsage();
			return withIdentity(usage, identity);
		},
		stream: () => new IdentifiedStream(identity, onMissingUsage),
	};
}

/** Collects the usage of one stream, and completes it with the identity of the client. */
class IdentifiedStream {
	readonly #stream = new StreamUsage();
	/** True once an item was an error event. */
	#failed = false;

	constructor(
		readonly identity: ResponseIdentity,
		readonly onMissingUsage: () => void,
	) {}

	add(item: unknown): void {
		this.#stream.add(item);
		if (textAt(Object(item), 'type') === 'error') this.#failed = true;
	}

	usage(reachedEnd: boolean): TokenUsage | undefined {
		const usage = this.#stream.usage(reachedEnd);
		if (usage === undefined && reachedEnd && !this.#failed) this.onMissingUsage();
		return withIdentity(usage, this.identity);
	}
}

/** Returns the usage with the model and provider that it does not state itself; undefined stays undefined. */
export function withIdentity(usage: TokenUsage | undefined, identity: ResponseIdentity): TokenUsage | undefined {
	return (
		usage && {
			...usage,
			model: usage.model ?? identity.model,
			provider: usage.provider ?? identity.provider,
		}
	);
}

/**
 * The parts of clients that are watched already: one part (`ai.models`, a model that another one created) can be
 * reached in several ways.
 */
export const watchedParts = processState('model-calls/response-identity', () => new WeakSet<object>());

/** Returns the value if it is an object. */
export function asObject(value: unknown): object | undefined {
	return typeof value === 'object' && value !== null ? value : undefined;
}

/**
 * Returns a member if it is a string that is not empty. The member is inspected, and what reading it throws is ignored.
 */
export function textAt(value: object, key: string): string | undefined {
	const found = inspect(value, key);
	return typeof found === 'string' && found !== '' ? found : undefined;
}
