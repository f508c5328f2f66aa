/**
 * The entry `agentese-otel`: the decorators, the dispatcher, manual invocations, token usage and the types of the
 * public API. It loads OpenTelemetry's API and no SDK. The entry `agentese-otel/presets` starts an SDK.
 */
export { Aspect, type AspectDeclaration, type AspectDecorator } from './decorators/aspect.js';
export { Attribute, type AttributeDecorator } from './decorators/attribute.js';
export { type CreatedDecorator, createDecorator, type DecoratorDefinition } from './decorators/create-decorator.js';
export { Metered, type MeteredDecorator, metered } from './decorators/metered.js';
export { Observer } from './decorators/observer.js';
export { Resolver, type ResolverDecorator } from './decorators/resolver.js';
export { Traced, type TracedDecorator, traced } from './decorators/traced.js';
export { Untraced, type UntracedDecorator } from './decorators/untraced.js';
export { type WeaveOptions, weave } from './decorators/weave.js';
export {
	AffordanceError,
	AgenteseError,
	BudgetExhaustedError,
	CompositionViolationError,
	DecorationError,
	ObserverRequiredError,
	PathNotFoundError,
	PathSyntaxError,
} from './lib/agentese/errors/errors.js';
export type { Observer as ObserverFacts } from './lib/agentese/observers/observer.js';
export { type ClaimedObserver, observerFromHeaders } from './lib/agentese/observers/observer-headers.js';
export { type AgenteseContext, type AgentesePath, parsePath } from './lib/agentese/paths/parse.js';
export type {
	Advice,
	InvocationView as Invocation,
	JoinPointFacts,
	Outcome,
	OutcomeKind,
} from './lib/invocation/advice.js';
export type { Category } from './lib/invocation/category.js';
export { currentInvocation } from './lib/invocation/context.js';
export { observerFromBaggage } from './lib/invocation/observer-baggage.js';
export { createLogos, type Logos, type LogosOptions, type Middleware, type Next } from './lib/logos/logos.js';
export {
	type BlockOptions,
	type OpenInvocation,
	startInvocation,
	traceInvocation,
} from './lib/logos/manual-invocation.js';
export { type TelemetryMiddlewareOptions, telemetryMiddleware } from './lib/logos/middleware.js';
export type { Settlement, Settler } from './lib/settling/common/settlement.js';
export type { Streamed, StreamTiming as StreamPace } from './lib/settling/common/stream-timing.js';
export { registerSettler } from './lib/settling/settler-registry.js';
export type { LabelOptions, MeteredOptions } from './lib/signals/metering/options.js';
export type { AttributeRecord, Callable, Settled, TokenSource, TracedOptions } from './lib/signals/tracing/options.js';
export type { MeterModelOptions } from './lib/tokens/clients/adapters/options.js';
export { meterModel } from './lib/tokens/clients/meter-model.js';
export { extractTokens, type HeaderCarrier, injectTokens } from './lib/tokens/propagation.js';
export { recordTokens } from './lib/tokens/record-tokens.js';
export type { TokenCount, TokenUsage } from './lib/usage/accounting/usage.js';
export { registerTokenReader, type TokenReader } from './lib/usage/token-readers.js';
export { type AspectDescription, type ResolverDescription, resolverOf } from './lib/weaving/join-points/resolver-of.js';
export type { Selection } from './lib/weaving/weave.js';
