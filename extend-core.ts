/**
 * The entry `agentese-otel-core/extend`: what extensions that need no preset are built with. `createDecorator` adds a
 * decorator, `registerSettler` a kind of result, `registerTokenReader` a format of usage. A minor version may change these
 * names. It loads no SDK.
 *
 * @packageDocumentation
 */
export { type CreatedDecorator, createDecorator, type DecoratorDefinition } from './decorators/create-decorator.js';
export type { Advice, JoinPointFacts, Outcome, OutcomeKind } from './lib/invocation/advice.js';
export type { AspectCategory } from './lib/invocation/category.js';
export { type ErrorOutcome, registerErrorOutcome } from './lib/invocation/error-outcomes.js';
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
