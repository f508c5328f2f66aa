import { nameIn, objectIn, readOwnProperty } from './read-property.js';
import { hasAnthropicCache } from './token-counts.js';

/** What a response reveals of its origin. A member is undefined unless the format of the response is unambiguous. */
export interface ResponseMetadata {
	/** The model that answered. */
	readonly model?: string | undefined;
	/** The provider, by its name in OpenTelemetry. */
	readonly provider?: string | undefined;
	/** The provider's id of the response. */
	readonly responseId?: string | undefined;
}

/**
 * How a provider's name begins in the Vercel AI SDK and LangChain, and its name in OpenTelemetry; the first match wins.
 */
const PROVIDERS: readonly (readonly [string, string])[] = [
	['openai', 'openai'],
	['azure', 'azure.ai.openai'],
	['anthropic', 'anthropic'],
	['google.vertex', 'gcp.vertex_ai'],
	['google-vertex', 'gcp.vertex_ai'],
	['vertex', 'gcp.vertex_ai'],
	['google.generative-ai', 'gcp.gemini'],
	['google-genai', 'gcp.gemini'],
	['amazon-bedrock', 'aws.bedrock'],
	['bedrock', 'aws.bedrock'],
	['mistral', 'mistral_ai'],
	['cohere', 'cohere'],
	['deepseek', 'deepseek'],
	['groq', 'groq'],
	['perplexity', 'perplexity'],
	['xai', 'x_ai'],
	['ollama', 'ollama'],
];

/**
 * Returns OpenTelemetry's name of a provider; undefined if it has none.
 *
 * @param name - the provider's name in the Vercel AI SDK or LangChain, such as `google.vertex.chat`
 */
export function providerNamed(name: string | undefined): string | undefined {
	if (name === undefined) return undefined;
	const lower = name.toLowerCase();
	for (const [prefix, provider] of PROVIDERS) {
		const next = lower.charAt(prefix.length);
		if (lower.startsWith(prefix) && (next === '' || next === '.' || next === '-' || next === '_')) return provider;
	}
	return undefined;
}

/**
 * Returns the model, provider and id of a response. Its `id` is taken for the provider's only if the response has the
 * format of a provider: two results of an application that are about the same order must not become one call.
 *
 * @param usage - the usage object of this response, whose format shows the provider too
 */
export function responseMetadata(response: object, usage: object): ResponseMetadata {
	const isGoogle = Object.hasOwn(usage, 'promptTokenCount') || Object.hasOwn(usage, 'totalTokenCount');
	if (isGoogle) {
		return {
			model: nameIn(response, 'modelVersion'),
			// Only Vertex reports the type of traffic; `gcp.gen_ai` stands for any of Google's services.
			provider: Object.hasOwn(usage, 'trafficType') ? 'gcp.vertex_ai' : 'gcp.gen_ai',
			responseId: nameIn(response, 'responseId'),
		};
	}
	if (readOwnProperty(response, 'type') === 'message') return anthropicMetadata(response, usage);
	if (Object.hasOwn(usage, 'billedUnits') || Object.hasOwn(usage, 'billed_units')) {
		const responseId = nameIn(response, 'id') ?? nameIn(response, 'responseId') ?? nameIn(response, 'response_id');
		return { model: nameIn(response, 'model'), provider: 'cohere', responseId };
	}
	// A step of the Vercel AI SDK has the response of the provider inside.
	const inner = objectIn(response, 'response');
	if (inner !== undefined && Object.hasOwn(inner, 'modelId')) return aiSdkMetadata(response, inner);
	const type = nameIn(response, 'object');
	// Groq and Bedrock's Converse have members that no other provider has.
	const provider = Object.hasOwn(response, 'x_groq')
		? 'groq'
		: Object.hasOwn(response, '$metadata') && Object.hasOwn(response, 'stopReason')
			? 'aws.bedrock'
			: undefined;
	// The types of OpenAI's responses, which compatible servers use too, and of Google's interactions.
	const isProviders = type !== undefined && /^(chat\.completion|response|text_completion|interaction)/.test(type);
	return { model: nameIn(response, 'model'), provider, responseId: isProviders ? nameIn(response, 'id') : undefined };
}

/** Reads a message of Anthropic. Its id shows whether Anthropic, Bedrock or Vertex served it. */
function anthropicMetadata(message: object, usage: object): ResponseMetadata {
	const responseId = nameIn(message, 'id');
	const model = nameIn(message, 'model');
	if (responseId?.startsWith('msg_') !== true || !hasAnthropicCache(usage)) return { model, responseId };
	if (responseId.startsWith('msg_bdrk_')) return { model, provider: 'aws.bedrock', responseId };
	if (responseId.startsWith('msg_vrtx_')) return { model, provider: 'gcp.vertex_ai', responseId };
	return { model, provider: 'anthropic', responseId };
}

/**
 * Returns the metadata of a step of the Vercel AI SDK, or of what its `generateObject` returns. An id that the SDK
 * generated, because the provider sent none, is left out.
 */
export function aiSdkMetadata(step: object, response: object): ResponseMetadata {
	const id = nameIn(response, 'id');
	return {
		model: nameIn(response, 'modelId'),
		provider: providerNamed(nameIn(objectIn(step, 'model'), 'provider')),
		responseId: id === undefined || /^ai(txt|obj)-/.test(id) ? undefined : id,
	};
}
