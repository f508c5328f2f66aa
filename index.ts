/**
 * The entry `agentese-otel`: the decorators, the dispatcher, manual invocations, token usage and the types of the
 * public API. It loads OpenTelemetry's API and no SDK. The entry `agentese-otel/presets` starts an SDK, and
 * `agentese-otel/extend` holds what extensions are built with.
 *
 * @packageDocumentation
 */
export { Aspect, type AspectDeclaration, type AspectDecorator } from './decorators/aspect.js';
export { createTraced, type TracedDefaults } from './decorators/create-traced.js';
export { type InstrumentOptions, instrument } from './decorators/instrument.js';
export { Metered, type MeteredDecorator, metered } from './decorators/metered.js';
export { Resolver, type ResolverDecorator, type ResolverOptions } from './decorators/resolver.js';
export { SpanAttribute, type SpanAttributeDecorator, type SpanAttributeOptions } from './decorators/span-attribute.js';
export { Traced, type TracedDecorator, traced } from './decorators/traced.js';
export type {
	BareDecorator,
	CalledDecorator,
	ConfigurableDecorator,
	MemberFunction,
	MemberThis,
} from './decorators/types.js';
export { Umwelt } from './decorators/umwelt.js';
export { Untraced, type UntracedDecorator } from './decorators/untraced.js';
export {
	AffordanceError,
	AgenteseError,
	BudgetExhaustedError,
	CompositionViolationError,
	DecorationError,
	type ErrorHints,
	ObserverRequiredError,
	PathNotFoundError,
	PathSyntaxError,
} from './lib/agentese/errors/errors.js';
export type { Observer } from './lib/agentese/observers/observer.js';
export { type ClaimedObserver, observerFromHeaders } from './lib/agentese/observers/observer-headers.js';
export { type AgenteseContext, type AgentesePath, parsePath } from './lib/agentese/paths/parse.js';
export type { Invocation } from './lib/invocation/advice.js';
export type { AttributeRecord, DeclaredAttributes } from './lib/invocation/attributes.js';
export type { Callable } from './lib/invocation/callable.js';
export type { AspectCategory } from './lib/invocation/category.js';
export { currentInvocation } from './lib/invocation/context.js';
export type { GenAiOperation } from './lib/invocation/gen-ai-operation.js';
export type { MeteredAttribute } from './lib/invocation/metered-attribute.js';
export { observerFromBaggage } from './lib/invocation/observer-baggage.js';
export { withObserver } from './lib/invocation/observer-scope.js';
export { propagate } from './lib/invocation/propagated-attributes.js';
export {
	createLogos,
	type Logos,
	type LogosFor,
	type LogosMiddleware,
	type LogosNext,
	type LogosOptions,
} from './lib/logos/logos.js';
export {
	type BlockOptions,
	type OpenInvocation,
	startInvocation,
	traceInvocation,
} from './lib/logos/manual-invocation.js';
export { type TelemetryMiddlewareOptions, telemetryMiddleware } from './lib/logos/middleware.js';
export type { NoPaths, PathsOf, ResolversByHandle, TypedLogos } from './lib/logos/typed-logos.js';
export { injectContext, linkFrom } from './lib/runtime/carrier.js';
export type { Capture, CaptureSides, ErrorContent } from './lib/signals/capture/settings.js';
export type { MeteredOptions } from './lib/signals/metering/options.js';
export {
	type InvocationSpanProcessor,
	invocationSpanProcessor,
} from './lib/signals/tracing/invocation-span-processor.js';
export type { ErrorClass, TracedOptions } from './lib/signals/tracing/options.js';
export type { Followed, Settled, TokenSource } from './lib/signals/tracing/settled.js';
export type { MeterModelOptions } from './lib/tokens/clients/adapters/options.js';
export { meterModel } from './lib/tokens/clients/meter-model.js';
export { addTokensFrom, answerWithTokens, type HeaderCarrier } from './lib/tokens/propagation.js';
export { recordTokens } from './lib/tokens/record-tokens.js';
export type { TokenCount, TokenUsage } from './lib/usage/accounting/usage.js';
export { type AspectDescription, type ResolverDescription, resolverOf } from './lib/weaving/join-points/resolver-of.js';
