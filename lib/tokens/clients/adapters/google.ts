import { apply } from '../../../runtime/intrinsics.js';
import { inspect } from '../../../settling/common/inspect.js';
import { descriptorOf, overrideAccessor } from '../../../settling/common/override-property.js';
import { bindContext } from '../../model-calls/bind-context.js';
import type { CallReaders } from '../../model-calls/call-settlement.js';
import { meterMethod } from '../../model-calls/override-method.js';
import { asObject, readersWithIdentity, watchedParts } from '../../model-calls/response-identity.js';
import { meterStreams } from '../../model-calls/stream-parts.js';
import type { ClientAdapter } from './client-adapter.js';

/**
 * The private methods that make one request each. The public methods may make several: automatic function calling, a
 * continuation, a stream that is tried again.
 */
const REQUESTS = ['generateContentInternal', 'generateContentStreamInternal', 'embedContentInternal'] as const;
/** The public methods, in the same order. They are metered if a release of the client lacks the private ones. */
const CALLS = ['generateContent', 'generateContentStream', 'embedContent'] as const;

/**
 * Meters `GoogleGenAI` of `@google/genai` 2 and 3: generation and embedding by `models`, the chats, which use the same
 * `models`, and `interactions.create`. Each request counts, so that automatic function calling counts every turn.
 *
 * `live`, `batches`, interactions in the background, images and videos are not counted. Version 2 of the client drops
 * the usage that the Gemini API reports for an embedding.
 */
export const google: ClientAdapter = {
	name: '@google/genai',
	recognizes(client) {
		const models = asObject(inspect(client, 'models'));
		return models !== undefined && CALLS.slice(0, 2).every((key) => typeof inspect(models, key) === 'function');
	},
	meter(client) {
		const models = asObject(inspect(client, 'models')) ?? client;
		if (watchedParts.has(models)) return;
		const readers = readersWithIdentity({
			provider: inspect(client, 'vertexai') === true ? 'gcp.vertex_ai' : 'gcp.gemini',
		});
		// The private method is preferred: a public one may make several requests.
		const metered = REQUESTS.map((request, index) => {
			if (meterMethod(models, request, readers)) return true;
			return meterMethod(models, CALLS[index] ?? request, readers);
		});
		if (!metered[0] || !metered[1]) {
			throw new TypeError(
				'meterModel() cannot watch this GoogleGenAI: its models are frozen. Pass a client that is not frozen.',
			);
		}
		// With automatic function calling, its stream makes further requests while it is read.
		bindContext(models, 'generateContentStream');
		meterInteractions(client, readers);
		watchedParts.add(models);
	},
};

/**
 * Meters `interactions.create`, whose result has the sum of the requests that it makes. The client creates its
 * `interactions` when they are first read, so they are metered then.
 */
function meterInteractions(client: object, readers: CallReaders): void {
	const descriptor = descriptorOf(client, 'interactions');
	const getter = descriptor?.get;
	if (getter === undefined) return;
	overrideAccessor(client, 'interactions', {
		get(this: unknown): unknown {
			const value: unknown = apply(getter, this, []);
			const interactions = asObject(value);
			if (interactions !== undefined && !watchedParts.has(interactions)) {
				watchedParts.add(interactions);
				meterStreams(interactions, 'create', readers);
			}
			return value;
		},
		set: descriptor?.set,
	});
}
