import { warnOnce } from '../../../runtime/log-once.js';
import { inspect } from '../../../settling/common/inspect.js';
import { providerNamed } from '../../../usage/formats/response-metadata.js';
import { meterMethod } from '../../model-calls/override-method.js';
import { readersWithIdentity, textAt } from '../../model-calls/response-identity.js';
import { meterStreamMember } from '../../model-calls/stream-parts.js';
import type { ClientAdapter } from './client-adapter.js';

/** The methods of a model that make one call each. */
const METHODS = ['doGenerate', 'doStream', 'doEmbed'] as const;

/**
 * Meters a model of the Vercel AI SDK, as its providers create them (specifications 2 to 4): language models, as
 * `generateText`, `streamText`, `generateObject`, `streamObject` and agents use them, embedding models, and other
 * models that report usage. Each call of the model counts: a tool loop makes several.
 */
export const aiSdk: ClientAdapter = {
	name: 'ai',
	recognizes(client) {
		// A provider is recognized too, so that `meter` can refuse it with a message of its own.
		if (isProvider(client)) return true;
		const hasNames = ['specificationVersion', 'modelId'].every((key) => typeof inspect(client, key) === 'string');
		return hasNames && METHODS.some((key) => typeof inspect(client, key) === 'function');
	},
	meter(model) {
		if (isProvider(model)) {
			throw new TypeError(
				'meterModel() accepts a model of the AI SDK, but got a provider, which creates models. ' +
					"Pass each model: meterModel(openai('gpt-5')).",
			);
		}
		const provider = providerNamed(textAt(model, 'provider'));
		const readers = readersWithIdentity(
			{ model: textAt(model, 'modelId'), provider },
			isLanguageModel(model) ? warnOfMissingUsage : undefined,
		);
		const metered = [
			meterMethod(model, 'doGenerate', readers),
			meterMethod(model, 'doEmbed', readers),
			meterStreamMember(model, 'doStream', readers),
		];
		if (!metered.includes(true)) {
			throw new TypeError(
				'meterModel() cannot watch this model of the AI SDK: it is frozen. Pass one that is not frozen.',
			);
		}
	},
};

/** Returns whether this is a provider, such as the function `openai`, which creates models by their names. */
function isProvider(client: object): boolean {
	return (
		typeof inspect(client, 'languageModel') === 'function' ||
		typeof inspect(client, 'textEmbeddingModel') === 'function'
	);
}

/** Only a language model is expected to report tokens: models of images or speech may be billed by another unit. */
function isLanguageModel(model: object): boolean {
	return 'supportedUrls' in model || 'defaultObjectGenerationMode' in model;
}

/** Logs once that a language model reported no usage. */
function warnOfMissingUsage(): void {
	warnOnce(
		'models.ai.usage',
		'a model of the AI SDK answered without a usage, so its tokens are not counted. If its provider has an option ' +
			'includeUsage, set it; otherwise report them with recordTokens.',
	);
}
