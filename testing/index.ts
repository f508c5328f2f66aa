/**
 * The entry `agentese-otel/testing`: records in memory what one test does, processed as in production, and matchers for
 * jest and vitest.
 *
 * @packageDocumentation
 */
export type { EffectiveConfig, TelemetryConfig } from '../config/schema/config.js';
export {
	type ExpectedError,
	type ExpectedInvocation,
	type ExpectedTokens,
	type MatcherResult,
	matchers,
	type TelemetryMatchers,
} from './matchers.js';
export type { TestHistogram, TestMetric } from './recording/metric-store.js';
export { type TestOptions, testTelemetry } from './start.js';
export { TelemetryAssertionError } from './views/error.js';
export type { TestError, TestInvocation, TestTokens } from './views/invocation.js';
export type { SpanShape } from './views/shape.js';
export type { TestLog, TestTelemetry } from './views/test-telemetry.js';
export type { TreeOptions } from './views/tree.js';
