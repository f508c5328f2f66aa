import { processState } from '../../runtime/process-state.js';
import { typeName } from '../../settling/common/inspect.js';
import { aiSdk } from './adapters/ai-sdk.js';
import { anthropic } from './adapters/anthropic.js';
import type { ClientAdapter } from './adapters/client-adapter.js';
import { cohere } from './adapters/cohere.js';
import { google } from './adapters/google.js';
import { langchain } from './adapters/langchain.js';
import { openai } from './adapters/openai.js';
import { faultIn, type MeterModelOptions } from './adapters/options.js';

/** The adapters in the order in which they are tried; the first that recognizes a client is used. */
const ADAPTERS: readonly ClientAdapter[] = [openai, anthropic, google, cohere, aiSdk, langchain];

/** The clients that are metered. A client is metered once, also if two copies of the toolkit are loaded. */
const metered = processState('clients/meter-model', () => new WeakSet<object>());

/**
 * Makes every call of a model client report the tokens that it spends, streaming or not. They count for the invocation
 * in which the call was made. No module and no other client is changed, and a second call with the same client does
 * nothing.
 *
 * The numbers are those that the provider reports. A call that fails, and a stream that is left early, count with what
 * the provider had reported until then.
 *
 * @param client - a client of OpenAI, Anthropic, Google GenAI or Cohere, a model of the AI SDK, or a chat model of LangChain
 * @param options - what is requested of the provider. @default {}
 * @returns the same client
 * @throws TypeError if the value is no known model client or cannot be changed, or if an option is wrong
 *
 * @example
 * ```ts
 * import { meterModel } from 'agentese-otel';
 * import OpenAI from 'openai';
 *
 * const client = meterModel(new OpenAI({ apiKey: 'none' }));
 * client instanceof OpenAI; // => true
 * meterModel({}); // throws TypeError: meterModel() accepts a client of
 * ```
 */
export function meterModel<T extends object>(client: T, options: MeterModelOptions = {}): T {
	const adapter = adapterOf(client);
	if (adapter === undefined) throw new TypeError(unknownClient(client));
	const fault = faultIn(options);
	if (fault !== undefined) throw new TypeError(`meterModel(): ${fault}`);
	if (metered.has(client)) return client;
	adapter.meter(client, options);
	metered.add(client);
	return client;
}

/** Returns the adapter for a client; undefined if none recognizes it. Never throws. */
function adapterOf(client: unknown): ClientAdapter | undefined {
	if (client === null || (typeof client !== 'object' && typeof client !== 'function')) return undefined;
	return ADAPTERS.find((adapter) => {
		try {
			return adapter.recognizes(client);
		} catch {
			return false;
		}
	});
}

/** Returns the message for a value that no adapter recognizes. */
function unknownClient(client: unknown): string {
	const names = ADAPTERS.map(({ name }) => name).join(', ');
	return (
		`meterModel() accepts a client of ${names}, but got ${typeName(client)}. ` +
		'Report the tokens of another client with recordTokens({ input, output }).'
	);
}
