export { Aspect, type AspectDeclaration, type AspectDecorator } from './decorators/aspect.js';
export { Attribute, type AttributeDecorator } from './decorators/attribute.js';
export { type CreatedDecorator, createDecorator, type DecoratorDefinition } from './decorators/create-decorator.js';
export { Metered, type MeteredDecorator, metered } from './decorators/metered.js';
export { Observer } from './decorators/observer.js';
export { Resolver, type ResolverDecorator } from './decorators/resolver.js';
export { Traced, type TracedDecorator, traced } from './decorators/traced.js';
export { Untraced, type UntracedDecorator } from './decorators/untraced.js';
export { type WeaveOptions, weave } from './decorators/weave.js';
export { currentInvocation } from './lib/current.js';
export {
	AffordanceError,
	AgenteseError,
	BudgetExhaustedError,
	CompositionViolationError,
	DecorationError,
	ObserverRequiredError,
	PathNotFoundError,
	PathSyntaxError,
} from './lib/errors.js';
export { type BlockOptions, type OpenInvocation, startInvocation, traceInvocation } from './lib/logos/blocks.js';
export { createLogos, type Logos, type LogosOptions, type Middleware, type Next } from './lib/logos/logos.js';
export { type TelemetryMiddlewareOptions, telemetryMiddleware } from './lib/logos/middleware.js';
export type { LabelOptions, MeteredOptions } from './lib/metering/options.js';
export { meterModel } from './lib/models/meter-model.js';
export type { MeterModelOptions } from './lib/models/options.js';
export { observerFromBaggage } from './lib/observers/baggage.js';
export { type ClaimedObserver, observerFromHeaders } from './lib/observers/headers.js';
export type { Observer as ObserverFacts } from './lib/observers/read.js';
export { type AgenteseContext, type AgentesePath, parsePath } from './lib/paths/parse.js';
export type { Streamed, StreamPace } from './lib/settling/pace.js';
export { registerSettler } from './lib/settling/registry.js';
export type { Settlement, Settler } from './lib/settling/settlement.js';
export { extractTokens, type HeaderCarrier, injectTokens } from './lib/tokens/propagation.js';
export { registerTokenReader, type TokenReader } from './lib/tokens/readers.js';
export { recordTokens } from './lib/tokens/record.js';
export type { TokenCount, TokenUsage } from './lib/tokens/usage.js';
export type { AttributeRecord, Callable, Settled, TokenSource, TracedOptions } from './lib/tracing/options.js';
export type {
	Advice,
	InvocationView as Invocation,
	JoinPointFacts,
	Outcome,
	OutcomeKind,
} from './lib/weaving/advice.js';
export type { Category } from './lib/weaving/categories.js';
export { type AspectDescription, type ResolverDescription, resolverOf } from './lib/weaving/resolver-of.js';
export type { Selection } from './lib/weaving/weave.js';
