import { warnOnce } from '../../../runtime/log-once.js';
import { inspect, typeName } from '../../../settling/common/inspect.js';
import type { ModelCall } from '../../model-calls/model-call.js';
import type { ClientAdapter } from './client-adapter.js';
import type { MeterModelOptions } from './options.js';
import { isStainless, meterStainless, type StainlessKind } from './stainless.js';

/** Meters the clients of the package `openai`: `OpenAI`, `AzureOpenAI`, and those of compatible servers. */
export const openai: ClientAdapter = {
	name: 'openai',
	recognizes: (client) =>
		isStainless(client) && typeof memberAt(client, 'chat', 'completions', 'create') === 'function',
	meter: (client, options) => meterStainless(client, kindWith(options)),
};

/** The methods that make one model call each. */
const METHODS = [
	['chat', 'completions', 'create'],
	['completions', 'create'],
	['responses', 'create'],
	['responses', 'compact'],
	['embeddings', 'create'],
	['decisions', 'create'],
];

/** The paths whose responses have usage, though none in tokens for speech that is billed by the minute. */
const MODEL_CALLS =
	/\/(?:completions|responses|responses\/compact|embeddings|decisions|images\/(?:generations|edits)|audio\/transcriptions)$/;

/** The paths whose responses always have usage, except for a stream for which it was not requested. */
const ALWAYS_WITH_USAGE = /\/(?:completions|embeddings|decisions|responses|responses\/compact)$/;

/** The path of one response that was created in the background. */
const ONE_RESPONSE = /\/responses\/([^/]+)(?:\/cancel)?$/;

/**
 * The most background responses whose calls are kept; the oldest is removed first. A process that never retrieves them
 * must not keep all of them in memory.
 */
const MAX_BACKGROUND = 1000;

/** Returns the kind for one client, which keeps the calls of its background responses. */
function kindWith({ includeUsage = false }: MeterModelOptions): StainlessKind {
	/** The open calls of background responses, by the id of the response. */
	const background = new Map<string, ModelCall>();
	return {
		name: 'openai',
		methods: METHODS,
		check: refusePrivateFetch,
		isModelCall: (path) => MODEL_CALLS.test(path),
		onMissingUsage(path, json, call) {
			const id = idOfUnfinished(json);
			if (id !== undefined) {
				if (background.size >= MAX_BACKGROUND) background.delete(background.keys().next().value ?? '');
				background.set(id, call);
			} else if (ALWAYS_WITH_USAGE.test(path)) {
				warnOnce(
					'models.openai.usage',
					'a response of OpenAI had no usage in it, so its tokens are not counted. For streamed completions, request it ' +
						'with stream_options: { include_usage: true }, or with meterModel(client, { includeUsage: true }).',
				);
			}
		},
		openCallAt: (path) => background.get(responseIdIn(path)),
		onUsage: (path) => void background.delete(responseIdIn(path)),
		...(includeUsage ? { prepareArguments: withIncludeUsage } : {}),
	};
}

/** Returns the id of the response that a request retrieves or cancels; an empty string for other paths. */
function responseIdIn(path: string): string {
	return ONE_RESPONSE.exec(path)?.[1] ?? '';
}

/**
 * Returns the id of a response that is created in the background and has not ended. Its usage is in the response to a
 * later request, whichever code makes it.
 */
function idOfUnfinished(json: unknown): string | undefined {
	if (typeof json !== 'object' || json === null) return undefined;
	const { id, status } = json as Record<string, unknown>;
	return typeof id === 'string' && (status === 'queued' || status === 'in_progress') ? id : undefined;
}

/**
 * Returns the arguments of a streamed completion with `include_usage`. Only completions accept `stream_options`, so a
 * request with `input` stays as it is, and so does one that sets `include_usage` itself.
 */
function withIncludeUsage(args: unknown[]): unknown[] {
	const [body, ...rest] = args;
	if (typeof body !== 'object' || body === null) return args;
	const { stream, stream_options: options, input } = body as Record<string, unknown>;
	if (stream !== true || input !== undefined) return args;
	if (typeof options === 'object' && options !== null && 'include_usage' in options) return args;
	return [{ ...body, stream_options: { ...(options as object | null | undefined), include_usage: true } }, ...rest];
}

/** Refuses a client (7 and later) with an X.509 workload identity, which uses a private `fetch`. */
function refusePrivateFetch(client: object): void {
	const hasIdentity = typeName(inspect(client, '_workloadIdentityAuth')) === 'X509WorkloadIdentityAuth';
	if (!hasIdentity && memberAt(client, '_options', 'x509Transport') === undefined) return;
	throw new TypeError(
		'meterModel() cannot watch an OpenAI client with an X.509 workload identity, because its fetch is private. ' +
			'Report its tokens with recordTokens({ input, output }).',
	);
}

/** Returns the member that these keys lead to; undefined if one of them is missing or throws. */
function memberAt(client: object, ...keys: string[]): unknown {
	let value: unknown = client;
	for (const key of keys) {
		if (typeof value !== 'object' || value === null) return undefined;
		value = inspect(value, key);
	}
	return value;
}
