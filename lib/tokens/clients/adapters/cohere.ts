import { inspect } from '../../../settling/common/inspect.js';
import { usageIn } from '../../../usage/formats/find-usage.js';
import { meterMethod } from '../../model-calls/override-method.js';
import { identityOf, objectAt, watchedParts, withIdentity } from '../../model-calls/response-identity.js';
import type { ClientAdapter } from './client-adapter.js';

const PLAIN = ['chat', 'generate', 'embed', 'rerank', 'classify', 'summarize'] as const;
const STREAMED = ['chatStream', 'generateStream'] as const;

/**
 * `CohereClient` and `CohereClientV2` of `cohere-ai` 7 and 8, and those for Bedrock and SageMaker: chat, generate, embed,
 * rerank, classify and summarize, and the same of `.v2`.
 *
 * A method `chat` wraps the promise of its `__chat`, which gives `{ data, rawResponse }`, into one with
 * `withRawResponse()`: so the inner one is watched, and what the application gets is left as it is. Early releases of 7
 * have no inner one.
 */
export const cohere: ClientAdapter = {
	name: 'cohere-ai',
	knows(client) {
		const methods = ['chat', 'chatStream', 'embed', 'rerank'].every(
			(key) => typeof inspect(client, key) === 'function',
		);
		return methods && objectAt(inspect(client, '_options')) !== undefined;
	},
	meter(client) {
		if (!partsOf(client).map(meterPart).includes(true)) {
			throw new TypeError('meterModel() cannot watch this Cohere client: it is frozen. Pass one that is not.');
		}
	},
};

/** CohereClientV2 has a client of each kind inside; its own methods are theirs, bound. */
function partsOf(client: object): object[] {
	const second = objectAt(inspect(client, 'clientV2'));
	if (second === undefined) return present([client, inspect(client, 'v2')]);
	if (typeof inspect(second, '__chat') !== 'function') return [client];
	const first = objectAt(inspect(client, 'client'));
	return present([second, first, first && inspect(first, 'v2')]);
}

function present(values: readonly unknown[]): object[] {
	return values.map(objectAt).filter((value) => value !== undefined);
}

function meterPart(part: object): boolean {
	if (watchedParts.has(part)) return true;
	const watched = [
		...PLAIN.map((key) => meterMethod(part, `__${key}`, WRAPPED) || meterMethod(part, key, GIVEN)),
		...STREAMED.map((key) => meterMethod(part, `__${key}`, WRAPPED_STREAM) || meterMethod(part, key, GIVEN)),
	].includes(true);
	if (watched) watchedParts.add(part);
	return watched;
}

const SERVED = { provider: 'cohere' } as const;
const GIVEN = identityOf(SERVED);
const WRAPPED_STREAM = { ...GIVEN, watch: 'data' };
const WRAPPED = {
	value(value: unknown) {
		const wrapped = objectAt(value);
		return wrapped && withIdentity(usageIn(inspect(wrapped, 'data')), SERVED);
	},
};
