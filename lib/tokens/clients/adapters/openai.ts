import { warnOnce } from '../../../runtime/log-once.js';
import { inspect, typeName } from '../../../settling/common/inspect.js';
import type { ModelCall } from '../../model-calls/model-call.js';
import type { ClientAdapter } from './client-adapter.js';
import type { MeterModelOptions } from './options.js';
import { isStainless, meterStainless, type StainlessClient } from './stainless.js';

/** Its classes for Azure and others that speak its protocol are of the same make. */
export const openai: ClientAdapter = {
	name: 'openai',
	knows: (client) => isStainless(client) && typeof member(client, 'chat', 'completions', 'create') === 'function',
	meter: (client, options) => meterStainless(client, watched(options)),
};

const METHODS = [
	['chat', 'completions', 'create'],
	['completions', 'create'],
	['responses', 'create'],
	['responses', 'compact'],
	['embeddings', 'create'],
	['decisions', 'create'],
];

/** Their answers have usage, if perhaps none in tokens for speech that was billed by the minute. */
const SPENDING =
	/\/(?:completions|responses|responses\/compact|embeddings|decisions|images\/(?:generations|edits)|audio\/transcriptions)$/;

/** Those that always report usage, but for a stream that was not asked to. */
const REPORTING = /\/(?:completions|embeddings|decisions|responses|responses\/compact)$/;

const ONE_RESPONSE = /\/responses\/([^/]+)(?:\/cancel)?$/;

/** A process that never asks after its background responses must not keep all of their calls. */
const MOST_UNDER_WAY = 1000;

function watched({ includeUsage = false }: MeterModelOptions): StainlessClient {
	const underWay = new Map<string, ModelCall>();
	return {
		name: 'openai',
		methods: METHODS,
		check: refuseOwnTransport,
		spends: (path) => SPENDING.test(path),
		silent(path, json, call) {
			const id = idOfUnfinished(json);
			if (id !== undefined) {
				if (underWay.size >= MOST_UNDER_WAY) underWay.delete(underWay.keys().next().value ?? '');
				underWay.set(id, call);
			} else if (REPORTING.test(path)) {
				warnOnce(
					'models.openai.usage',
					'an answer of OpenAI had no usage in it, so its tokens are not counted; streamed completions report it where ' +
						'the request says stream_options: { include_usage: true }, or meterModel(client, { includeUsage: true }) does.',
				);
			}
		},
		asksAbout: (path) => underWay.get(idIn(path)),
		reported: (path) => void underWay.delete(idIn(path)),
		...(includeUsage ? { prepare: asking } : {}),
	};
}

function idIn(path: string): string {
	return ONE_RESPONSE.exec(path)?.[1] ?? '';
}

/** A response that is made in the background has its usage when it is done: whoever then asks for it sees it. */
function idOfUnfinished(json: unknown): string | undefined {
	if (typeof json !== 'object' || json === null) return undefined;
	const { id, status } = json as Record<string, unknown>;
	return typeof id === 'string' && (status === 'queued' || status === 'in_progress') ? id : undefined;
}

/** Only streamed completions take `stream_options`; a request that says something of usage itself is left as it is. */
function asking(args: unknown[]): unknown[] {
	const [body, ...rest] = args;
	if (typeof body !== 'object' || body === null) return args;
	const { stream, stream_options: options, input } = body as Record<string, unknown>;
	if (stream !== true || input !== undefined) return args;
	if (typeof options === 'object' && options !== null && 'include_usage' in options) return args;
	return [{ ...body, stream_options: { ...(options as object | null | undefined), include_usage: true } }, ...rest];
}

/** With an X.509 workload identity the client (7 and later) has a fetch of its own that nobody reaches. */
function refuseOwnTransport(client: object): void {
	const named = typeName(inspect(client, '_workloadIdentityAuth')) === 'X509WorkloadIdentityAuth';
	if (!named && member(client, '_options', 'x509Transport') === undefined) return;
	throw new TypeError(
		'meterModel() watches the fetch of an OpenAI client, but one with an X.509 workload identity keeps it private. ' +
			'Say what it spends with recordTokens({ in, out }).',
	);
}

function member(client: object, ...keys: string[]): unknown {
	let value: unknown = client;
	for (const key of keys) {
		if (typeof value !== 'object' || value === null) return undefined;
		value = inspect(value, key);
	}
	return value;
}
