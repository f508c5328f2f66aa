import { tracingSettings } from '../../invocation/settings.js';
import {
	ATTR_ERROR_TYPE,
	ATTR_GEN_AI_AGENT_NAME,
	ATTR_GEN_AI_CONVERSATION_ID,
	ATTR_GEN_AI_OPERATION_NAME,
	ATTR_GEN_AI_RESPONSE_MODEL,
	ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
	ATTR_GEN_AI_TOOL_NAME,
	ATTR_GEN_AI_TOOL_TYPE,
	ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
	ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
	ATTR_GEN_AI_USAGE_INPUT_TOKENS,
	ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
	ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
	METRIC_GEN_AI_EXECUTE_TOOL_DURATION,
	METRIC_GEN_AI_INVOKE_AGENT_DURATION,
} from '../../runtime/names.generated.js';

/** The names of one version of OpenTelemetry's GenAI conventions. */
export interface GenaiVersion {
	/** The document that defines them. */
	readonly version: string;
	/** The names of the attributes. */
	readonly attributes: {
		/** What the invocation is. */
		readonly operation: string;
		/** The agent that is invoked, or that executes the tool. */
		readonly agent: string;
		/** The tool that is executed. */
		readonly tool: string;
		/** The type of the tool; the toolkit writes `function`. */
		readonly toolType: string;
		/** The observer's session. */
		readonly conversation: string;
		/** Input tokens, cached ones included. */
		readonly tokensIn: string;
		/** Output tokens, those of reasoning included. */
		readonly tokensOut: string;
		/** Undefined if the version has no such attribute for an agent in the same process. */
		readonly cacheRead: string | undefined;
		/** Undefined as `cacheRead`. */
		readonly cacheWrite: string | undefined;
		/** Output tokens that were spent on reasoning. */
		readonly reasoning: string;
		/** The model of all calls of the invocation. */
		readonly responseModel: string;
		/** The time until the first chunk of a stream, in seconds. */
		readonly timeToFirstChunk: string;
		/** `error.type` of a failed invocation. */
		readonly errorType: string;
	};
	/** The duration histogram of each operation. */
	readonly durations: Readonly<Record<Operation, GenaiHistogram>>;
}

/** The values of `gen_ai.operation.name` that the conventions have a duration histogram for. */
export type Operation = 'invoke_agent' | 'execute_tool';

/** A histogram of the conventions, in seconds. */
export interface GenaiHistogram {
	/** The name of the metric. */
	readonly name: string;
	/** The description that the conventions define. */
	readonly description: string;
	/** The bucket boundaries that the conventions define, in seconds. */
	readonly boundaries: readonly number[];
}

/**
 * The newest version. These tables are everything that the toolkit knows of the conventions. The names are constants
 * here, because those in `@opentelemetry/semantic-conventions/incubating` are deprecated as a whole (they moved to
 * another repository) and take 69 ms to import.
 */
const LATEST: GenaiVersion = {
	version: 'semantic-conventions-genai, development after v1.42',
	attributes: {
		operation: ATTR_GEN_AI_OPERATION_NAME,
		agent: ATTR_GEN_AI_AGENT_NAME,
		tool: ATTR_GEN_AI_TOOL_NAME,
		toolType: ATTR_GEN_AI_TOOL_TYPE,
		conversation: ATTR_GEN_AI_CONVERSATION_ID,
		tokensIn: ATTR_GEN_AI_USAGE_INPUT_TOKENS,
		tokensOut: ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
		cacheRead: undefined,
		cacheWrite: undefined,
		reasoning: ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
		responseModel: ATTR_GEN_AI_RESPONSE_MODEL,
		timeToFirstChunk: ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
		errorType: ATTR_ERROR_TYPE,
	},
	durations: {
		invoke_agent: {
			name: METRIC_GEN_AI_INVOKE_AGENT_DURATION,
			description: 'Duration of agent invocations.',
			boundaries: [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6],
		},
		execute_tool: {
			name: METRIC_GEN_AI_EXECUTE_TOOL_DURATION,
			description: 'Duration of tool executions.',
			boundaries: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
		},
	},
};

/**
 * The last version that was published before the conventions moved to their own repository, and the one that today's
 * instrumentations write. It has no histograms for agents and tools in the same process, so those of the newest version
 * are used.
 */
const V1_41: GenaiVersion = {
	version: 'semantic-conventions v1.41',
	attributes: {
		...LATEST.attributes,
		cacheRead: ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
		cacheWrite: ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
	},
	durations: LATEST.durations,
};

/** The word in `OTEL_SEMCONV_STABILITY_OPT_IN` that selects the newest version. */
const OPT_IN = 'gen_ai_latest_experimental';

/** The settings that `cached` was determined for. */
let cachedSettings: unknown;
let cached: GenaiVersion | undefined;

/**
 * Returns the version to write; undefined while the configuration does not list `genai`. The environment variable is
 * read once for each change of the settings.
 */
export function genai(): GenaiVersion | undefined {
	const settings = tracingSettings();
	if (settings !== cachedSettings) {
		cachedSettings = settings;
		cached = settings.conventions.includes('genai') ? requestedVersion() : undefined;
	}
	return cached;
}

/** Returns the version that `OTEL_SEMCONV_STABILITY_OPT_IN` selects. @default v1.41 */
export function requestedVersion(): GenaiVersion {
	const words = process.env['OTEL_SEMCONV_STABILITY_OPT_IN']?.split(',') ?? [];
	return words.some((word) => word.trim() === OPT_IN) ? LATEST : V1_41;
}
