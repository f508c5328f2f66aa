/**
 * The entry `agentese-otel/extend`: what extensions are built with. `createDecorator` adds a decorator, `registerSettler` a
 * kind of result, `registerTokenReader` a format of usage, and `definePreset` a preset. A minor version may change these
 * names. It loads neither the SDK nor zod.
 */

export type { PresetModule } from './config/define.js';
export { type CreatedDecorator, createDecorator, type DecoratorDefinition } from './decorators/create-decorator.js';
export type { EndOfProcess } from './delivery/common/process-end.js';
export type { Advice, JoinPointFacts, Outcome, OutcomeKind } from './lib/invocation/advice.js';
export type { AspectCategory } from './lib/invocation/category.js';
export type {
	AspectOfName,
	LegalPath,
	LogosArguments,
	LogosResult,
	MethodAt,
	MethodsByPath,
	PathMatches,
	PathPattern,
	SeparatedWords,
	StagesOf,
	TrimmedText,
	UnansweredPaths,
} from './lib/logos/typed-logos.js';
export type { Settlement, Settler } from './lib/settling/common/settlement.js';
export type { Streamed, StreamTiming } from './lib/settling/common/stream-timing.js';
export type { Unregister } from './lib/settling/settler-registry.js';
export { registerSettler } from './lib/settling/settler-registry.js';
export { registerTokenReader, type TokenReader } from './lib/usage/token-readers.js';
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
export type { StandardIssue, StandardResult, StandardSchema } from './presets/contract/standard-schema.js';
