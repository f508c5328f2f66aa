import { createContextKey } from '@opentelemetry/api';
import { activeContext, runInContext } from '../../../runtime/active-context.js';
import { warnOnce } from '../../../runtime/log-once.js';
import { inspect } from '../../../settling/common/inspect.js';
import { type AnyFunction, ownerOf } from '../../../settling/common/override-property.js';
import { settle } from '../../../settling/settle.js';
import { providerNamed } from '../../../usage/formats/response-facts.js';
import { CallSettlement } from '../../model-calls/call-settlement.js';
import { type ModelCall, openModelCall } from '../../model-calls/model-call.js';
import { overrideMethod } from '../../model-calls/override-method.js';
import {
	identityOf,
	objectAt,
	type ResponseIdentity,
	textAt,
	watchedParts,
} from '../../model-calls/response-identity.js';
import type { ClientAdapter } from './client-adapter.js';

/**
 * A chat model of `@langchain/core` 0.3 and 1, under `invoke`, `stream`, `batch`, `streamEvents`, agents and graphs. What
 * `withConfig`, `bindTools` and `withStructuredOutput` make of it is watched too.
 *
 * It is watched where it asks its provider: below LangChain's cache, so that a cached answer costs nothing, and above the
 * provider's own client and its retries.
 */
export const langchain: ClientAdapter = {
	name: '@langchain/core',
	knows(client) {
		const methods = ['_generate', '_generateUncached', '_streamResponseChunks', '_llmType', 'invoke'];
		return methods.every((key) => typeof inspect(client, key) === 'function');
	},
	meter(client) {
		if (!meterChatModel(client)) {
			throw new TypeError(
				'meterModel() cannot watch this chat model of LangChain: it is frozen. Pass one that is not.',
			);
		}
	},
};

function meterChatModel(model: object): boolean {
	if (watchedParts.has(model)) return true;
	const named = textAt(model, 'model') ?? textAt(model, 'modelName');
	const served = { model: named, provider: providerNamed(nameOfType(model)) };
	if (!meterAsked(model, '_generate', served)) return false;
	// A model that does not stream is recognised by the methods that it inherits from LangChain's own class.
	const base = ownerOf(model, '_generateUncached');
	const streams = ownerOf(model, '_streamResponseChunks') !== base;
	if (streams) meterAsked(model, '_streamResponseChunks', served);
	const ownEvents = ownerOf(model, '_streamChatModelEvents') !== base;
	if (streams || ownEvents) meterAsked(model, '_streamChatModelEvents', served);
	overrideMethod(model, 'withConfig', (behind, self, args) => {
		const made = objectAt(Reflect.apply(behind, self, args));
		if (made !== undefined && langchain.knows(made)) meterChatModel(made);
		return made;
	});
	watchedParts.add(model);
	return true;
}

/** Under this key a context has the asking of a model that is under way. */
const ASKING = createContextKey('agentese-otel.langchain-asking');

/** One way of asking a model, and whether it left it to another way. */
interface Asking {
	readonly messages: unknown;
	delegated: boolean;
}

/**
 * One way of asking the model, of which one may use another with the very same messages: `_generate` of a model with
 * `streaming: true`, and LangChain's own events, read the stream of chunks. That is one call, and the innermost says it.
 */
function meterAsked(model: object, key: string, served: ResponseIdentity): boolean {
	return overrideMethod(model, key, (behind, self, args) => {
		const outer = activeContext().getValue(ASKING) as Asking | undefined;
		if (outer !== undefined && outer.messages === args[0]) outer.delegated = true;
		const asked = { messages: args[0], delegated: false };
		const call = asking(openModelCall(), asked);
		const readers = identityOf(served, () => {
			if (!asked.delegated) silent();
		});
		return settle(call.run(behind, self, args), new CallSettlement(call, readers));
	});
}

function asking(call: ModelCall, asked: Asking): ModelCall {
	const run = <A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R =>
		runInContext(activeContext().setValue(ASKING, asked), fn, self, args);
	return {
		run: (fn, self, args) => call.run(run<typeof args, ReturnType<typeof fn>>, undefined, [fn, self, args]),
		report(usage) {
			if (!asked.delegated) call.report(usage);
		},
	};
}

function nameOfType(model: object): string | undefined {
	try {
		const name = Reflect.apply(inspect(model, '_llmType') as AnyFunction, model, []);
		return typeof name === 'string' ? name : undefined;
	} catch {
		return undefined;
	}
}

function silent(): void {
	warnOnce(
		'models.langchain.usage',
		'a chat model of LangChain answered without usage_metadata, so its tokens are not counted; where the model has an ' +
			'option streamUsage, leave it on, else say them with recordTokens.',
	);
}
