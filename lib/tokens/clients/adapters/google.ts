import { inspect } from '../../../settling/common/inspect.js';
import { descriptorOf, overrideAccessor } from '../../../settling/common/override-property.js';
import { bindContext } from '../../model-calls/bind-context.js';
import type { CallReaders } from '../../model-calls/call-settlement.js';
import { meterMethod } from '../../model-calls/override-method.js';
import { identityOf, objectAt, watchedParts } from '../../model-calls/response-identity.js';
import { meterStreams } from '../../model-calls/stream-parts.js';
import type { ClientAdapter } from './client-adapter.js';

/** One request each. The public methods make several: automatic function calling, continuation, a retried stream. */
const REQUESTS = ['generateContentInternal', 'generateContentStreamInternal', 'embedContentInternal'] as const;
const CALLS = ['generateContent', 'generateContentStream', 'embedContent'] as const;

/**
 * `GoogleGenAI` of `@google/genai` 2 and 3: what `models` generates and embeds, the chats, which go through the same
 * `models`, and `interactions.create`. Each request counts, so that automatic function calling counts every turn.
 *
 * Not counted: `live`, `batches`, interactions in the background, images and videos. Version 2 of the client drops what
 * the Gemini API reports of an embedding.
 */
export const google: ClientAdapter = {
	name: '@google/genai',
	knows(client) {
		const models = objectAt(inspect(client, 'models'));
		return models !== undefined && CALLS.slice(0, 2).every((key) => typeof inspect(models, key) === 'function');
	},
	meter(client) {
		const models = objectAt(inspect(client, 'models')) ?? client;
		if (watchedParts.has(models)) return;
		const readers = identityOf({ provider: inspect(client, 'vertexai') === true ? 'gcp.vertex_ai' : 'gcp.gemini' });
		const metered = REQUESTS.map((request, at) => {
			if (meterMethod(models, request, readers)) return true;
			return meterMethod(models, CALLS[at] ?? request, readers);
		});
		if (!metered[0] || !metered[1]) {
			throw new TypeError(
				'meterModel() cannot watch this GoogleGenAI: its models are frozen. Pass a client that is not.',
			);
		}
		bindContext(models, 'generateContentStream');
		meterInteractions(client, readers);
		watchedParts.add(models);
	},
};

/** The client makes its `interactions` when they are first read. They sum up the usage of the requests that they make. */
function meterInteractions(client: object, readers: CallReaders): void {
	const member = descriptorOf(client, 'interactions');
	const read = member?.get;
	if (read === undefined) return;
	overrideAccessor(client, 'interactions', {
		get(this: unknown): unknown {
			const given: unknown = Reflect.apply(read, this, []);
			const interactions = objectAt(given);
			if (interactions !== undefined && !watchedParts.has(interactions)) {
				watchedParts.add(interactions);
				meterStreams(interactions, 'create', readers);
			}
			return given;
		},
		set: member?.set,
	});
}
