import type { TelemetryMatchers } from 'agentese-otel/testing';

// The published types have this for jest and vitest, see testing/matchers.augment.txt.
declare module 'expect' {
	interface Matchers<R extends void | Promise<void>> extends TelemetryMatchers<R> {}
}
