import { warnOnce } from '../../../runtime/log-once.js';
import { inspect } from '../../../settling/common/inspect.js';
import { providerNamed } from '../../../usage/formats/response-facts.js';
import { meterMethod } from '../../model-calls/override-method.js';
import { identityOf, textAt } from '../../model-calls/response-identity.js';
import { meterStreamWithin } from '../../model-calls/stream-parts.js';
import type { ClientAdapter } from './client-adapter.js';

const METHODS = ['doGenerate', 'doStream', 'doEmbed'] as const;

/**
 * A model of the Vercel AI SDK, as its providers make them (specifications 2 to 4): language models under `generateText`,
 * `streamText`, `generateObject`, `streamObject` and agents, embedding models, and what else reports usage. Each call of
 * the model counts: a loop of tools makes several.
 */
export const aiSdk: ClientAdapter = {
	name: 'ai',
	knows(client) {
		if (isProvider(client)) return true;
		const named = ['specificationVersion', 'modelId'].every((key) => typeof inspect(client, key) === 'string');
		return named && METHODS.some((key) => typeof inspect(client, key) === 'function');
	},
	meter(model) {
		if (isProvider(model)) {
			throw new TypeError(
				'meterModel() takes a model of the AI SDK, but got a provider, which makes models. ' +
					"Pass each model: meterModel(openai('gpt-5')).",
			);
		}
		const provider = providerNamed(textAt(model, 'provider'));
		const readers = identityOf(
			{ model: textAt(model, 'modelId'), provider },
			isForLanguage(model) ? silent : undefined,
		);
		const watched = [
			meterMethod(model, 'doGenerate', readers),
			meterMethod(model, 'doEmbed', readers),
			meterStreamWithin(model, 'doStream', readers),
		];
		if (!watched.includes(true)) {
			throw new TypeError('meterModel() cannot watch this model of the AI SDK: it is frozen. Pass one that is not.');
		}
	},
};

function isProvider(client: object): boolean {
	return (
		typeof inspect(client, 'languageModel') === 'function' ||
		typeof inspect(client, 'textEmbeddingModel') === 'function'
	);
}

/** Models of images, speech and the like may be billed by something else than tokens. */
function isForLanguage(model: object): boolean {
	return 'supportedUrls' in model || 'defaultObjectGenerationMode' in model;
}

function silent(): void {
	warnOnce(
		'models.ai.usage',
		'a model of the AI SDK answered without a usage, so its tokens are not counted; where its provider has an option ' +
			'includeUsage, set it, else say them with recordTokens.',
	);
}
