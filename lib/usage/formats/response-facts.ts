import { name, part, readOwnProperty } from './read-property.js';
import { holdsAnthropicCache } from './token-counts.js';

/** Who answered, as far as the answer's shape says it surely. */
export interface Facts {
	readonly model?: string | undefined;
	readonly provider?: string | undefined;
	readonly responseId?: string | undefined;
}

/** How the Vercel AI SDK and LangChain begin a provider's name, and how OpenTelemetry writes it; the first that fits. */
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

/** OpenTelemetry's name of a provider that a library names in its own way; undefined where it has none. */
export function providerNamed(theirs: string | undefined): string | undefined {
	if (theirs === undefined) return undefined;
	const lower = theirs.toLowerCase();
	for (const [start, ours] of PROVIDERS) {
		const next = lower.charAt(start.length);
		if (lower.startsWith(start) && (next === '' || next === '.' || next === '-' || next === '_')) return ours;
	}
	return undefined;
}

/**
 * What an answer with such a usage says of itself. Its `id` is taken for the provider's only where the answer has a
 * provider's shape: two results of an application that are about the same order must not become one call.
 */
export function factsOf(answer: object, usage: object): Facts {
	const google = Object.hasOwn(usage, 'promptTokenCount') || Object.hasOwn(usage, 'totalTokenCount');
	if (google) {
		return {
			model: name(answer, 'modelVersion'),
			// Only Vertex says by what traffic it was; the other name stands for any of Google's.
			provider: Object.hasOwn(usage, 'trafficType') ? 'gcp.vertex_ai' : 'gcp.gen_ai',
			responseId: name(answer, 'responseId'),
		};
	}
	if (readOwnProperty(answer, 'type') === 'message') return anthropicFacts(answer, usage);
	if (Object.hasOwn(usage, 'billedUnits') || Object.hasOwn(usage, 'billed_units')) {
		const responseId = name(answer, 'id') ?? name(answer, 'responseId') ?? name(answer, 'response_id');
		return { model: name(answer, 'model'), provider: 'cohere', responseId };
	}
	const response = part(answer, 'response');
	if (response !== undefined && Object.hasOwn(response, 'modelId')) return aiSdkFacts(answer, response);
	const kind = name(answer, 'object');
	const provider = Object.hasOwn(answer, 'x_groq')
		? 'groq'
		: Object.hasOwn(answer, '$metadata') && Object.hasOwn(answer, 'stopReason')
			? 'aws.bedrock'
			: undefined;
	const theirs = kind !== undefined && /^(chat\.completion|response|text_completion|interaction)/.test(kind);
	return { model: name(answer, 'model'), provider, responseId: theirs ? name(answer, 'id') : undefined };
}

function anthropicFacts(answer: object, usage: object): Facts {
	const responseId = name(answer, 'id');
	const model = name(answer, 'model');
	if (responseId?.startsWith('msg_') !== true || !holdsAnthropicCache(usage)) return { model, responseId };
	if (responseId.startsWith('msg_bdrk_')) return { model, provider: 'aws.bedrock', responseId };
	if (responseId.startsWith('msg_vrtx_')) return { model, provider: 'gcp.vertex_ai', responseId };
	return { model, provider: 'anthropic', responseId };
}

/** A step of the Vercel AI SDK, or what its `generateObject` answers. Where the provider gave no id it makes up one. */
export function aiSdkFacts(step: object, response: object): Facts {
	const id = name(response, 'id');
	return {
		model: name(response, 'modelId'),
		provider: providerNamed(name(part(step, 'model'), 'provider')),
		responseId: id === undefined || /^ai(txt|obj)-/.test(id) ? undefined : id,
	};
}
