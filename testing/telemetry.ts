import { type Context, trace } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { EffectiveConfig } from '../config/schema/config.js';
import { nearest } from '../lib/agentese/errors/nearest.js';
import { matchSegments } from '../lib/rules/glob.js';
import { activeContext } from '../lib/runtime/active-context.js';
import {
	ATTR_AGENTESE_PATH,
	ATTR_AGENTESE_TOKENS_DIRECTION,
	ATTR_CODE_FUNCTION_NAME,
	METRIC_AGENTESE_INVOCATIONS,
	METRIC_AGENTESE_TOKENS,
} from '../lib/runtime/names.generated.js';
import { abandonOpenSettlements } from '../lib/settling/common/finalization.js';
import type { Assembly } from './assemble.js';
import { TelemetryAssertionError } from './error.js';
import { uninstall } from './flows/registry.js';
import { closeScope, openScopes, runInScope, type Scope } from './flows/scope.js';
import type { ManualClock } from './recording/manual-clock.js';
import type { TestMetric } from './recording/metric-store.js';
import type { SpanRecord } from './recording/span-log.js';
import {
	Invocations,
	isInvocation,
	labelOf,
	matches,
	type TestInvocation,
	type TestTokens,
} from './views/invocation.js';
import { lifecycleFaults } from './views/lifecycle.js';
import { type SpanShape, shapesOf } from './views/shape.js';
import { type TreeOptions, treeOf } from './views/tree.js';

/** The most labels that a message lists. */
const MAX_LISTED = 20;

/** What one test has recorded. `testTelemetry()` returns it. */
export class TestTelemetry implements AsyncDisposable {
	readonly #scope: Scope;
	readonly #assembly: Assembly;
	readonly #clock: ManualClock | undefined;
	readonly #invocations: Invocations;
	/** The context in which the test began. */
	readonly #context: Context = activeContext();
	#stopped: Promise<readonly string[]> | undefined;
	/** What was leaked, as it was at the stop. */
	#leaks: readonly string[] | undefined;

	/** @internal */
	constructor(scope: Scope, assembly: Assembly, clock: ManualClock | undefined) {
		this.#scope = scope;
		this.#assembly = assembly;
		this.#clock = clock;
		this.#invocations = new Invocations(() => this.#records);
	}

	/** The config in effect: the project's file and the argument over the defaults. */
	get config(): EffectiveConfig {
		return this.#assembly.config;
	}

	/** The ended and sampled spans as a preset receives them, redacted, in the order of their start. */
	get spans(): readonly ReadableSpan[] {
		return this.#records.flatMap(({ ended }) => ended ?? []);
	}

	/** The log records as a preset receives them, redacted, in the order in which they were emitted. */
	get logs(): readonly ReadableLogRecord[] {
		return [...this.#assembly.logs];
	}

	/** The value of each metric for each set of labels, since the start or the last `clear()`. */
	get metrics(): readonly TestMetric[] {
		return this.#inScope(() => this.#assembly.metrics.read());
	}

	/**
	 * Returns the one invocation of a path.
	 *
	 * @param path - a path, the name of a function, or a pattern: `*` matches one segment, `**` any number of them
	 * @throws TelemetryAssertionError with a list of what was recorded, if there is none or more than one
	 */
	invocation(path: string): TestInvocation {
		const found = this.invocations(path);
		const [first] = found;
		if (first !== undefined && found.length === 1) return first;
		const got = found.length === 0 ? 'none' : `${found.length}`;
		const wayOut = found.length === 0 ? this.#hint(path) : ' Use invocations() for all of them.';
		throw new TelemetryAssertionError(
			`Expected one ended invocation of "${path}", got ${got}. ${this.describe()}${wayOut}`,
		);
	}

	/**
	 * Returns the ended invocations in the order of their start.
	 *
	 * @param path - a path, the name of a function, or a pattern. @default all
	 */
	invocations(path = '**'): readonly TestInvocation[] {
		const all = this.#invocations.all();
		return path === '**' ? all : all.filter(({ span }) => matches(path, span));
	}

	/**
	 * Returns the ended spans as text, a line for each, indented below its parent: the path or the name, the kind unless it
	 * is internal, the outcome or the status, and the type of an error. It has no ids and no times, so it fits a snapshot.
	 */
	tree(options: TreeOptions = {}): string {
		return treeOf(this.#records, options);
	}

	/** Returns the ended spans as plain objects without ids, times and stack traces: the roots, with all others in them. */
	shapes(): readonly SpanShape[] {
		return shapesOf(this.#records);
	}

	/**
	 * Returns the model tokens that were counted, each once whoever reported it.
	 *
	 * @param path - counts those of one path, or of the paths that a pattern matches. @default all, also those that were
	 *   spent outside of any invocation
	 */
	tokens(path = '**'): TestTokens {
		const points = this.#points(METRIC_AGENTESE_TOKENS, path);
		const of = (direction: string) =>
			sumOf(points.filter(({ attributes }) => attributes[ATTR_AGENTESE_TOKENS_DIRECTION] === direction));
		return { input: of('in'), output: of('out') };
	}

	/**
	 * Returns how many invocations the counter `agentese.invocations` has counted, the unsampled ones included.
	 *
	 * @param path - a path, the name of a function, or a pattern. @default all
	 * @param labels - counts only those with these labels, such as `{ outcome: 'error' }`; the prefix `agentese.` may be
	 *   left out. @default none
	 */
	count(path = '**', labels: Readonly<Record<string, string>> = {}): number {
		return sumOf(
			this.#points(METRIC_AGENTESE_INVOCATIONS, path).filter(({ attributes }) =>
				Object.entries(labels).every(([key, value]) => (attributes[key] ?? attributes[`agentese.${key}`]) === value),
			),
		);
	}

	/**
	 * Returns a sentence for each fault in the lives of spans and contexts, an empty list if there is none: a span or an
	 * invocation is open, was ended more than once, or outlived its parent; the context of an invocation is still active.
	 */
	faults(): readonly string[] {
		if (this.#leaks !== undefined) return this.#leaks;
		const faults = lifecycleFaults(this.#records);
		const active = trace.getSpan(activeContext());
		const left =
			active !== trace.getSpan(this.#context) && this.#records.find(({ raw }) => raw === (active as unknown));
		if (left) faults.push(`the context of ${labelOf(left.raw)} is still active. Call validate() outside of it.`);
		return faults;
	}

	/**
	 * Checks that nothing was leaked.
	 *
	 * @throws TelemetryAssertionError with all sentences of `faults()`, if there is one
	 */
	validate(): void {
		const faults = this.faults();
		if (faults.length === 0) return;
		throw new TelemetryAssertionError(`Telemetry has ${faults.length} faults:\n- ${faults.join('\n- ')}`);
	}

	/** Forgets what has ended: spans, log records and the values of counters and histograms. Open spans are kept. */
	clear(): void {
		this.#assembly.spans.clear();
		this.#assembly.logs.length = 0;
		this.#inScope(() => this.#assembly.metrics.clear());
	}

	/**
	 * Calls a function whose telemetry, with that of all asynchronous work it starts, is recorded here. For work whose flow
	 * began elsewhere, such as a hook, while several tests run at the same time.
	 *
	 * @returns what the function returns
	 * @throws what the function throws
	 */
	run<T>(fn: () => T): T {
		return this.#inScope(fn);
	}

	/**
	 * Advances the clock that the option `clock` has stopped.
	 *
	 * @param ms - milliseconds, not negative
	 * @throws TypeError if the clock was not stopped, or if `ms` is no such number
	 */
	advance(ms: number): void {
		if (this.#clock === undefined) {
			throw new TypeError('advance() needs a stopped clock. Start with testTelemetry(config, { clock: 0 }).');
		}
		if (!(ms >= 0) || ms === Number.POSITIVE_INFINITY) {
			throw new TypeError(`advance() takes milliseconds, a number of at least 0; it got ${ms}.`);
		}
		this.#clock.advance(ms);
	}

	/**
	 * Stops recording: the flow belongs to the enclosing test telemetry, or to none. What was recorded stays readable. A
	 * second call returns the same. Never rejects.
	 *
	 * @returns what `faults()` returned before the stop: an empty list if nothing was leaked
	 */
	stop(): Promise<readonly string[]> {
		this.#stopped ??= this.#stop();
		return this.#stopped;
	}

	/** Stops recording, at the end of a block that declares this with `await using`. */
	async [Symbol.asyncDispose](): Promise<void> {
		await this.stop();
	}

	/** Returns a sentence that lists what was recorded, for messages. */
	describe(): string {
		const counts = new Map<string, number>();
		for (const { label } of this.invocations()) counts.set(label, (counts.get(label) ?? 0) + 1);
		const listed = [...counts].map(([label, times]) => (times === 1 ? label : `${label} (${times} times)`));
		const more = listed.length > MAX_LISTED ? ` and ${listed.length - MAX_LISTED} more` : '';
		const ended = listed.length === 0 ? 'nothing' : `${listed.slice(0, MAX_LISTED).join(', ')}${more}`;
		const open = this.#records.filter(({ endedAt, raw }) => endedAt === undefined && isInvocation(raw));
		const running = open.length === 0 ? '' : ` Still open: ${open.map(({ raw }) => labelOf(raw)).join(', ')}.`;
		return `Recorded: ${ended}.${running}`;
	}

	/** What jest, vitest and JSON print: the tree. */
	toJSON(): string {
		return this.tree();
	}

	get #records(): readonly SpanRecord[] {
		return this.#assembly.spans.records;
	}

	/** Returns the points of a metric with a path that matches; with `**` all of them. */
	#points(name: string, path: string): readonly TestMetric[] {
		const segments = path.split('.');
		const isMatch = ({ attributes }: TestMetric) =>
			[attributes[ATTR_AGENTESE_PATH], attributes[ATTR_CODE_FUNCTION_NAME]].some(
				(label) => typeof label === 'string' && matchSegments(segments, label.split('.')),
			);
		return this.metrics.filter((point) => point.name === name && (path === '**' || isMatch(point)));
	}

	/** Returns a sentence on why there may be no invocation of a path; empty if nothing is known. */
	#hint(path: string): string {
		const unsampled = this.count(path);
		if (unsampled > 0) {
			return ` ${unsampled} were counted and left no span of their own: not sampled, switched to the active span, or @Untraced.`;
		}
		const [near] = nearest(path, new Set(this.invocations().map(({ label }) => label)), 1);
		if (near !== undefined) return ` Did you mean "${near}"?`;
		if (openScopes().size < 2) return '';
		return ' Several test telemetries are open, so what runs in a flow that began outside of them is recorded by none: call testTelemetry() in the test itself, or use run().';
	}

	#inScope<T>(fn: () => T): T {
		return runInScope(this.#scope, fn);
	}

	/** In one turn up to the first await, so that the running flow is the enclosing one's when this returns. */
	async #stop(): Promise<readonly string[]> {
		const faults = this.faults();
		this.#leaks = faults;
		this.#inScope(() => {
			abandonOpenSettlements();
			this.#assembly.metrics.read();
		});
		this.#assembly.spans.stop();
		closeScope(this.#scope);
		if (openScopes().size === 0) uninstall();
		await this.#assembly.shutdown();
		return faults;
	}
}

function sumOf(points: readonly TestMetric[]): number {
	return points.reduce((sum, { value }) => sum + (typeof value === 'number' ? value : value.count), 0);
}
