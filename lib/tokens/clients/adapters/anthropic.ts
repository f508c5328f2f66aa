import { warnOnce } from '../../../runtime/log-once.js';
import { inspect } from '../../../settling/common/inspect.js';
import type { ClientAdapter } from './client-adapter.js';
import { isStainless, meterStainless, type StainlessKind } from './stainless.js';

/**
 * The paths of model calls: Anthropic's own, those of Vertex, and those of Bedrock, whose streams have a binary format
 * that is not read here. `messages/count_tokens` and batches spend no tokens by themselves.
 */
const MODEL_CALLS =
	/(?:\/messages|\/complete|:(?:streamR|r)awPredict|\/model\/[^/]+\/invoke(?:-with-response-stream)?)$/;
/** Vertex counts tokens under a path that is otherwise that of a model call. */
const COUNT_TOKENS = /\/count-tokens:/;

const KIND: StainlessKind = {
	name: 'anthropic',
	methods: [
		['messages', 'create'],
		['beta', 'messages', 'create'],
		['completions', 'create'],
	],
	isModelCall: (path) => MODEL_CALLS.test(path) && !COUNT_TOKENS.test(path),
	onMissingUsage(path) {
		// The legacy completions report no usage.
		if (path.endsWith('/complete')) return;
		warnOnce(
			'models.anthropic.usage',
			'a response of Anthropic had no usage in it, so its tokens are not counted (streams of Claude on Bedrock are not ' +
				'read). Report them with recordTokens.',
		);
	},
};

/** Meters the clients of the package `@anthropic-ai/sdk`, and those for Vertex and Bedrock, which are built alike. */
export const anthropic: ClientAdapter = {
	name: '@anthropic-ai/sdk',
	recognizes(client) {
		const messages = inspect(client, 'messages');
		return isStainless(client) && typeof inspect(messages as object, 'create') === 'function';
	},
	meter: (client) => meterStainless(client, KIND),
};
