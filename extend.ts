/**
 * The entry `agentese-otel/extend`: what extensions are built with. `createDecorator` adds a decorator, `registerSettler` a
 * kind of result, `registerTokenReader` a format of usage, and `definePreset` a preset. A minor version may change these
 * names. It loads neither the SDK nor zod.
 *
 * @packageDocumentation
 */

export type { PresetModule } from './config/define.js';
export type { EndOfProcess } from './delivery/common/process-end.js';
export {
	type Advice,
	type AspectCategory,
	type AspectOfName,
	type CreatedDecorator,
	createDecorator,
	type DecoratorDefinition,
	type ErrorOutcome,
	type JoinPointFacts,
	type LegalPath,
	type LogosArguments,
	type LogosResult,
	type MethodAt,
	type MethodsByPath,
	type Outcome,
	type OutcomeKind,
	type PathMatches,
	type PathPattern,
	registerErrorOutcome,
	registerSettler,
	registerTokenReader,
	type SeparatedWords,
	type Settlement,
	type Settler,
	type StagesOf,
	type Streamed,
	type StreamTiming,
	type TokenReader,
	type TrimmedText,
	type UnansweredPaths,
	type Unregister,
} from './extend-core.js';
export type {
	BackendOptions,
	CustomBackend,
	DeliveryAnswer,
	DeliveryRequest,
	OtlpBackend,
} from './presets/contract/custom-backend.js';
export {
	definePreset,
	type Preset,
	type PresetEnvironment,
	type PresetParts,
	type PresetStats,
} from './presets/contract/preset.js';
export type {
	LogRecord,
	LogRecordProcessor,
	MetricReader,
	ReadableSpan,
	Sampler,
	SpanProcessor,
} from './presets/contract/sdk-parts.js';
export type { StandardIssue, StandardResult, StandardSchema } from './presets/contract/standard-schema.js';
