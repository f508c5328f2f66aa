import { tracingSettings } from '../../invocation/settings.js';

/** What one version of OpenTelemetry's GenAI conventions calls things. */
export interface GenaiVersion {
	/** Where it is written down. */
	readonly version: string;
	readonly attributes: {
		readonly operation: string;
		readonly agent: string;
		readonly tool: string;
		readonly toolType: string;
		readonly conversation: string;
		readonly tokensIn: string;
		readonly tokensOut: string;
		/** Undefined where that version has no such attribute for an agent in the same process. */
		readonly cacheRead: string | undefined;
		readonly cacheWrite: string | undefined;
		readonly reasoning: string;
		readonly errorType: string;
	};
	/** Histograms, in seconds. */
	readonly durations: Readonly<Record<Operation, GenaiHistogram>>;
}

/** What the conventions can call an invocation. */
export type Operation = 'invoke_agent' | 'execute_tool';

/** A histogram of the conventions. */
export interface GenaiHistogram {
	readonly name: string;
	readonly description: string;
	readonly boundaries: readonly number[];
}

/**
 * All that the toolkit knows of the conventions stands in this table. Its names are our own constants: those in
 * `@opentelemetry/semantic-conventions/incubating` are deprecated as a whole (they moved to another repository) and take
 * 69 ms to import.
 */
const LATEST: GenaiVersion = {
	version: 'semantic-conventions-genai, development after v1.42',
	attributes: {
		operation: 'gen_ai.operation.name',
		agent: 'gen_ai.agent.name',
		tool: 'gen_ai.tool.name',
		toolType: 'gen_ai.tool.type',
		conversation: 'gen_ai.conversation.id',
		tokensIn: 'gen_ai.usage.input_tokens',
		tokensOut: 'gen_ai.usage.output_tokens',
		cacheRead: undefined,
		cacheWrite: undefined,
		reasoning: 'gen_ai.usage.reasoning.output_tokens',
		errorType: 'error.type',
	},
	durations: {
		invoke_agent: {
			name: 'gen_ai.invoke_agent.duration',
			description: 'Duration of agent invocations.',
			boundaries: [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6],
		},
		execute_tool: {
			name: 'gen_ai.execute_tool.duration',
			description: 'Duration of tool executions.',
			boundaries: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
		},
	},
};

/**
 * The last set that was published before the conventions moved, and what instrumentations of today know. For agents
 * and tools in the same process it has no histograms; those of the later set stand in.
 */
const V1_41: GenaiVersion = {
	version: 'semantic-conventions v1.41',
	attributes: {
		...LATEST.attributes,
		cacheRead: 'gen_ai.usage.cache_read.input_tokens',
		cacheWrite: 'gen_ai.usage.cache_creation.input_tokens',
	},
	durations: LATEST.durations,
};

/** The word in `OTEL_SEMCONV_STABILITY_OPT_IN` that asks for the newest names. */
const OPT_IN = 'gen_ai_latest_experimental';

let madeFor: unknown;
let made: GenaiVersion | undefined;

/** The version that holds; undefined while the config does not list `genai`. The variable is read when that begins. */
export function genai(): GenaiVersion | undefined {
	const settings = tracingSettings();
	if (settings !== madeFor) {
		madeFor = settings;
		made = settings.conventions.includes('genai') ? wanted() : undefined;
	}
	return made;
}

/** The version that `OTEL_SEMCONV_STABILITY_OPT_IN` asks for. */
export function wanted(): GenaiVersion {
	const words = process.env['OTEL_SEMCONV_STABILITY_OPT_IN']?.split(',') ?? [];
	return words.some((word) => word.trim() === OPT_IN) ? LATEST : V1_41;
}
