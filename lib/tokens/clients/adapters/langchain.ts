import { createContextKey } from '@opentelemetry/api';
import { activeContext, runInContext } from '../../../runtime/active-context.js';
import { apply } from '../../../runtime/intrinsics.js';
import { warnOnce } from '../../../runtime/log-once.js';
import { inspect } from '../../../settling/common/inspect.js';
import { type AnyFunction, ownerOf } from '../../../settling/common/override-property.js';
import { settle } from '../../../settling/settle.js';
import { providerNamed } from '../../../usage/formats/response-metadata.js';
import { CallSettlement } from '../../model-calls/call-settlement.js';
import { type ModelCall, openModelCall } from '../../model-calls/model-call.js';
import { overrideMethod } from '../../model-calls/override-method.js';
import {
	asObject,
	type ResponseIdentity,
	readersWithIdentity,
	textAt,
	watchedParts,
} from '../../model-calls/response-identity.js';
import type { ClientAdapter } from './client-adapter.js';

/**
 * Meters a chat model of `@langchain/core` 0.3 and 1, as `invoke`, `stream`, `batch`, `streamEvents`, agents and graphs
 * use it, and the models that `withConfig`, `bindTools` and `withStructuredOutput` create from it.
 *
 * The methods that are metered are those that call the provider: below LangChain's cache, so that a cached response
 * counts no tokens, and above the provider's own client and its retries.
 */
export const langchain: ClientAdapter = {
	name: '@langchain/core',
	recognizes(client) {
		const methods = ['_generate', '_generateUncached', '_streamResponseChunks', '_llmType', 'invoke'];
		return methods.every((key) => typeof inspect(client, key) === 'function');
	},
	meter(client) {
		if (!meterChatModel(client)) {
			throw new TypeError(
				'meterModel() cannot watch this chat model of LangChain: it is frozen. Pass one that is not frozen.',
			);
		}
	},
};

/** Returns false if the model cannot be changed. */
function meterChatModel(model: object): boolean {
	if (watchedParts.has(model)) return true;
	const name = textAt(model, 'model') ?? textAt(model, 'modelName');
	const identity = { model: name, provider: providerNamed(llmType(model)) };
	if (!meterProviderCall(model, '_generate', identity)) return false;
	// A model that does not stream inherits the streaming methods from the class that also has `_generateUncached`.
	const base = ownerOf(model, '_generateUncached');
	const streams = ownerOf(model, '_streamResponseChunks') !== base;
	if (streams) meterProviderCall(model, '_streamResponseChunks', identity);
	const hasEvents = ownerOf(model, '_streamChatModelEvents') !== base;
	if (streams || hasEvents) meterProviderCall(model, '_streamChatModelEvents', identity);
	overrideMethod(model, 'withConfig', (original, self, args) => {
		const derived = asObject(apply(original, self, args));
		if (derived !== undefined && langchain.recognizes(derived)) meterChatModel(derived);
		return derived;
	});
	watchedParts.add(model);
	return true;
}

/** Under this key the context of a provider call has that call. */
const PROVIDER_CALL = createContextKey('agentese-otel.langchain-provider-call');

/** One call of a method that calls the provider. */
interface ProviderCall {
	readonly messages: unknown;
	/**
	 * True once another of these methods was called inside of this one with the same messages. It then reports the
	 * call.
	 */
	delegated: boolean;
}

/**
 * Meters one method that calls the provider. It may call another such method with the very same messages: `_generate`
 * of a model with `streaming: true`, and LangChain's own events, read the stream of chunks. That is one call, and the
 * innermost method reports it.
 */
function meterProviderCall(model: object, key: string, identity: ResponseIdentity): boolean {
	return overrideMethod(model, key, (original, self, args) => {
		const outer = activeContext().getValue(PROVIDER_CALL) as ProviderCall | undefined;
		if (outer !== undefined && outer.messages === args[0]) outer.delegated = true;
		const providerCall = { messages: args[0], delegated: false };
		const call = unlessDelegated(openModelCall(), providerCall);
		const readers = readersWithIdentity(identity, () => {
			if (!providerCall.delegated) warnOfMissingUsage();
		});
		return settle(runInContext(call.context, original, self, args), new CallSettlement(call, readers));
	});
}

/** Returns the model call as one that reports nothing if another method has reported it. */
function unlessDelegated(call: ModelCall, providerCall: ProviderCall): ModelCall {
	return {
		context: call.context.setValue(PROVIDER_CALL, providerCall),
		report(usage) {
			if (!providerCall.delegated) call.report(usage);
		},
	};
}

/** Returns the type of the model, such as `openai` or `google-genai`; undefined if it throws. */
function llmType(model: object): string | undefined {
	try {
		const type = apply(inspect(model, '_llmType') as AnyFunction, model, []);
		return typeof type === 'string' ? type : undefined;
	} catch {
		return undefined;
	}
}

/** Logs once that a model reported no usage. */
function warnOfMissingUsage(): void {
	warnOnce(
		'models.langchain.usage',
		'a chat model of LangChain answered without usage_metadata, so its tokens are not counted. If the model has an ' +
			'option streamUsage, leave it on; otherwise report them with recordTokens.',
	);
}
