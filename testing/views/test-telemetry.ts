import type { SpanContext } from '@opentelemetry/api';
import type { EffectiveConfig } from '../../config/schema/config.js';
import type { LogRecord, ReadableSpan } from '../../presets/contract/sdk-parts.js';
import type { TestMetric } from '../recording/metric-store.js';
import type { TestInvocation, TestTokens } from './invocation.js';
import type { SpanShape } from './shape.js';
import type { TreeOptions } from './tree.js';

/** A log record of a test, as a preset receives it. */
export interface TestLog extends LogRecord {
	/** The name of the event. @default absent for a log record that is no event */
	readonly eventName?: string | undefined;
	/** The span in which it was emitted. @default absent outside of any span */
	readonly spanContext?: SpanContext | undefined;
}

/**
 * What one test has recorded. {@linkcode testTelemetry} returns it. Only `invocation`, `validate`, `run` and `advance`
 * throw.
 */
export interface TestTelemetry extends AsyncDisposable {
	/** The config in effect: the project's file and the argument over the defaults. */
	readonly config: EffectiveConfig;
	/** Sentences on the config that a start would log once, such as that a file is not used. Empty if there are none. */
	readonly notices: readonly string[];
	/** The ended and sampled spans as a preset receives them, redacted, in the order of their start. */
	readonly spans: readonly ReadableSpan[];
	/** The log records as a preset receives them, redacted, in the order in which they were emitted. */
	readonly logs: readonly TestLog[];
	/** The value of each metric for each set of labels, since the start or the last `clear()`, sorted by scope and name. */
	readonly metrics: readonly TestMetric[];
	/**
	 * Returns the one invocation of a path.
	 *
	 * @param path - a path, the name of a function, or a pattern: `*` matches one segment, `**` any number of them
	 * @throws TelemetryAssertionError with a list of what was recorded, if there is none or more than one
	 */
	invocation(path: string): TestInvocation;
	/**
	 * Returns the ended invocations in the order of their start.
	 *
	 * @param path - a path, the name of a function, or a pattern. @default all
	 */
	invocations(path?: string): readonly TestInvocation[];
	/**
	 * Returns the ended spans as text, a line for each, indented below its parent: the path or the name, the kind unless it
	 * is internal, the outcome or the status, and the type of an error. It has no ids and no times, so it fits a snapshot.
	 *
	 * @param options - what else each line shows. @default {}
	 */
	tree(options?: TreeOptions): string;
	/** Returns the ended spans as plain objects without ids, times and stack traces: the roots, with all others in them. */
	shapes(): readonly SpanShape[];
	/**
	 * Returns the model tokens that were counted, each once whoever reported it.
	 *
	 * @param path - counts those of one path, or of the paths that a pattern matches. @default all, also those that were
	 *   spent outside of any invocation
	 */
	tokens(path?: string): TestTokens;
	/**
	 * Returns how many invocations the counter `agentese.invocations` has counted, the unsampled ones included.
	 *
	 * @param path - a path, the name of a function, or a pattern. @default all
	 * @param labels - counts only those with these labels, such as `{ outcome: 'error' }`; the prefix `agentese.` may be
	 *   left out. @default none
	 */
	count(path?: string, labels?: Readonly<Record<string, string>>): number;
	/**
	 * Returns a sentence for each fault in the lives of spans and contexts, an empty list if there is none: a span or an
	 * invocation is open, was ended more than once, or outlived its parent; the context of an invocation is still active.
	 */
	faults(): readonly string[];
	/**
	 * Checks that nothing was leaked.
	 *
	 * @throws TelemetryAssertionError with all sentences of `faults()`, if there is one
	 */
	validate(): void;
	/** Forgets what has ended: spans, log records and the values of counters and histograms. Open spans are kept. */
	clear(): void;
	/**
	 * Calls a function whose telemetry, with that of all asynchronous work it starts, is recorded here. For work whose flow
	 * began elsewhere, such as a hook, while several tests run at the same time.
	 *
	 * @returns what the function returns
	 * @throws what the function throws
	 */
	run<T>(fn: () => T): T;
	/**
	 * Advances the clock that the option `clock` has stopped.
	 *
	 * @param ms - milliseconds, not negative
	 * @throws TypeError if the clock was not stopped, or if `ms` is no such number
	 */
	advance(ms: number): void;
	/**
	 * Stops recording: the flow belongs to the enclosing test telemetry, or to none. What was recorded stays readable. A
	 * second call returns the same. Never rejects.
	 *
	 * @returns what `faults()` returned before the stop: an empty list if nothing was leaked
	 */
	stop(): Promise<readonly string[]>;
	/** Stops recording, at the end of a block that declares this with `await using`. */
	[Symbol.asyncDispose](): Promise<void>;
}
