import { warnOnce } from '../../../runtime/log-once.js';
import { inspect } from '../../../settling/common/inspect.js';
import type { ClientAdapter } from './client-adapter.js';
import { isStainless, meterStainless, type StainlessClient } from './stainless.js';

/**
 * Its own paths, those of Vertex, and those of Bedrock, whose streams come in a binary form that is not read here.
 * `messages/count_tokens` and batches spend nothing by themselves.
 */
const SPENDING = /(?:\/messages|\/complete|:(?:streamR|r)awPredict|\/model\/[^/]+\/invoke(?:-with-response-stream)?)$/;
const COUNTING = /\/count-tokens:/;

const WATCHED: StainlessClient = {
	name: 'anthropic',
	methods: [
		['messages', 'create'],
		['beta', 'messages', 'create'],
		['completions', 'create'],
	],
	spends: (path) => SPENDING.test(path) && !COUNTING.test(path),
	silent(path) {
		if (path.endsWith('/complete')) return;
		warnOnce(
			'models.anthropic.usage',
			'an answer of Anthropic had no usage in it, so its tokens are not counted (streams of Claude on Bedrock are not ' +
				'read); say them with recordTokens.',
		);
	},
};

/** Its classes for Vertex and others that speak its protocol are of the same make. */
export const anthropic: ClientAdapter = {
	name: '@anthropic-ai/sdk',
	knows(client) {
		const messages = inspect(client, 'messages');
		return isStainless(client) && typeof inspect(messages as object, 'create') === 'function';
	},
	meter: (client) => meterStainless(client, WATCHED),
};
