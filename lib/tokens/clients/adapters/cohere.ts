import { inspect } from '../../../settling/common/inspect.js';
import { usageIn } from '../../../usage/formats/find-usage.js';
import { meterMethod } from '../../model-calls/override-method.js';
import { asObject, readersWithIdentity, watchedParts, withIdentity } from '../../model-calls/response-identity.js';
import type { ClientAdapter } from './client-adapter.js';

/** The methods whose result is one response. */
const METHODS = ['chat', 'generate', 'embed', 'rerank', 'classify', 'summarize'] as const;
/** The methods whose result is a stream. */
const STREAM_METHODS = ['chatStream', 'generateStream'] as const;

/**
 * Meters `CohereClient` and `CohereClientV2` of `cohere-ai` 7 and 8, and those for Bedrock and SageMaker: chat,
 * generate, embed, rerank, classify and summarize, and the same methods of `.v2`.
 *
 * A method such as `chat` wraps the promise of its private `__chat`, which is fulfilled with `{ data, rawResponse }`,
 * into one with `withRawResponse()`. So the private method is metered, and the promise of the application stays as it
 * is. Early releases of 7 have no private methods: there the public ones are metered.
 */
export const cohere: ClientAdapter = {
	name: 'cohere-ai',
	recognizes(client) {
		const methods = ['chat', 'chatStream', 'embed', 'rerank'].every(
			(key) => typeof inspect(client, key) === 'function',
		);
		return methods && asObject(inspect(client, '_options')) !== undefined;
	},
	meter(client) {
		if (!partsOf(client).map(meterPart).includes(true)) {
			throw new TypeError('meterModel() cannot watch this Cohere client: it is frozen. Pass one that is not frozen.');
		}
	},
};

/**
 * Returns the objects whose methods are to be metered. `CohereClientV2` has a client of each version inside, and its
 * own methods are those of these clients, bound.
 */
function partsOf(client: object): object[] {
	const clientV2 = asObject(inspect(client, 'clientV2'));
	if (clientV2 === undefined) return objectsOf([client, inspect(client, 'v2')]);
	if (typeof inspect(clientV2, '__chat') !== 'function') return [client];
	const clientV1 = asObject(inspect(client, 'client'));
	return objectsOf([clientV2, clientV1, clientV1 && inspect(clientV1, 'v2')]);
}

function objectsOf(values: readonly unknown[]): object[] {
	return values.map(asObject).filter((value) => value !== undefined);
}

/** Meters the methods of one part. Returns false if it has none, or if it cannot be changed. */
function meterPart(part: object): boolean {
	if (watchedParts.has(part)) return true;
	const watched = [
		...METHODS.map((key) => meterMethod(part, `__${key}`, WRAPPED) || meterMethod(part, key, BARE)),
		...STREAM_METHODS.map((key) => meterMethod(part, `__${key}`, WRAPPED_STREAM) || meterMethod(part, key, BARE)),
	].includes(true);
	if (watched) watchedParts.add(part);
	return watched;
}

const IDENTITY = { provider: 'cohere' } as const;
/** Readers for a public method, which gives the response or the stream itself. */
const BARE = readersWithIdentity(IDENTITY);
/** Readers for a private method, which gives the stream as `data`. */
const WRAPPED_STREAM = { ...BARE, watch: 'data' };
/** Readers for a private method, which gives the response as `data`. */
const WRAPPED = {
	value(value: unknown) {
		const wrapped = asObject(value);
		return wrapped && withIdentity(usageIn(inspect(wrapped, 'data')), IDENTITY);
	},
};
