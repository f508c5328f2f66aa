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

/** The first that knows a client has it. */
const KINDS: readonly ClientAdapter[] = [openai, anthropic, google, cohere, aiSdk, langchain];

/** Each client is watched once, also where two copies of the toolkit are asked. */
const metered = processState('clients/meter-model', () => new WeakSet<object>());

/**
 * Makes every call of a model client say what it spends, streaming or not: the tokens count for the invocation in which
 * the call was made. Answers the very same client; no module and no other client is touched, and a second call with the
 * same client does nothing.
 *
 * What the provider reports is what counts. A failed call counts what it reported, a stream that is left early too.
 *
 * @throws TypeError where it is no model client that is known, or an option is wrong
 */
export function meterModel<T extends object>(client: T, options: MeterModelOptions = {}): T {
	const kind = kindOf(client);
	if (kind === undefined) throw new TypeError(refusal(client));
	const fault = faultIn(options);
	if (fault !== undefined) throw new TypeError(`meterModel(): ${fault}`);
	if (metered.has(client)) return client;
	kind.meter(client, options);
	metered.add(client);
	return client;
}

function kindOf(client: unknown): ClientAdapter | undefined {
	if (client === null || (typeof client !== 'object' && typeof client !== 'function')) return undefined;
	return KINDS.find((kind) => {
		try {
			return kind.knows(client);
		} catch {
			return false;
		}
	});
}

function refusal(client: unknown): string {
	const known = KINDS.map(({ name }) => name).join(', ');
	return (
		`meterModel() takes a model client that it knows (${known}), but got ${typeName(client)}. ` +
		'Say what such a client spends with recordTokens({ in, out }).'
	);
}
