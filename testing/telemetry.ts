import { type Context, trace } from '@opentelemetry/api';
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
import type { ReadableSpan } from '../presets/contract/sdk-parts.js';
import type { Assembly } from './assemble.js';
import { uninstall } from './flows/registry.js';
import { closeScope, openScopes, runInScope, type Scope } from './flows/scope.js';
import type { ManualClock } from './recording/manual-clock.js';
import type { TestMetric } from './recording/metric-store.js';
import type { SpanRecord } from './recording/span-log.js';
import { TelemetryAssertionError } from './views/error.js';
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
import type { TestLog, TestTelemetry } from './views/test-telemetry.js';
import { type TreeOptions, treeOf } from './views/tree.js';

/** The most labels that a message lists. */
const MAX_LISTED = 20;

/** The telemetry of one test: reads its recordings, and ends it. */
export class RecordedTelemetry implements TestTelemetry {
	readonly #scope: Scope;
	readonly #assembly: Assembly;
	readonly #clock: ManualClock | undefined;
	readonly #invocations: Invocations;
	/** The context in which the test began. */
	readonly #context: Context = activeContext();
	#stopped: Promise<readonly string[]> | undefined;
	/** What was leaked, as it was at the stop. */
	#leaks: readonly string[] | undefined;

	constructor(scope: Scope, assembly: Assembly, clock: ManualClock | undefined) {
		this.#scope = scope;
		this.#assembly = assembly;
		this.#clock = clock;
		this.#invocations = new Invocations(() => this.#records);
	}

	get config(): EffectiveConfig {
		return this.#assembly.config;
	}

	get notices(): readonly string[] {
		return this.#assembly.notices;
	}

	get spans(): readonly ReadableSpan[] {
		return this.#records.flatMap(({ ended }) => ended ?? []);
	}

	get logs(): readonly TestLog[] {
		return [...this.#assembly.logs];
	}

	get metrics(): readonly TestMetric[] {
		return this.#inScope(() => this.#assembly.metrics.read());
	}

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

	invocations(path = '**'): readonly TestInvocation[] {
		const all = this.#invocations.all();
		return path === '**' ? all : all.filter(({ span }) => matches(path, span));
	}

	tree(options: TreeOptions = {}): string {
		return treeOf(this.#records, options);
	}

	shapes(): readonly SpanShape[] {
		return shapesOf(this.#records);
	}

	tokens(path = '**'): TestTokens {
		const points = this.#points(METRIC_AGENTESE_TOKENS, path);
		const of = (direction: string) =>
			sumOf(points.filter(({ attributes }) => attributes[ATTR_AGENTESE_TOKENS_DIRECTION] === direction));
		return { input: of('in'), output: of('out') };
	}

	count(path = '**', labels: Readonly<Record<string, string>> = {}): number {
		return sumOf(
			this.#points(METRIC_AGENTESE_INVOCATIONS, path).filter(({ attributes }) =>
				Object.entries(labels).every(([key, value]) => (attributes[key] ?? attributes[`agentese.${key}`]) === value),
			),
		);
	}

	faults(): readonly string[] {
		if (this.#leaks !== undefined) return this.#leaks;
		const faults = lifecycleFaults(this.#records);
		const active = trace.getSpan(activeContext());
		const left =
			active !== trace.getSpan(this.#context) && this.#records.find(({ raw }) => raw === (active as unknown));
		if (left) faults.push(`the context of ${labelOf(left.raw)} is still active. Call validate() outside of it.`);
		return faults;
	}

	validate(): void {
		const faults = this.faults();
		if (faults.length === 0) return;
		throw new TelemetryAssertionError(`Telemetry has ${faults.length} faults:\n- ${faults.join('\n- ')}`);
	}

	clear(): void {
		this.#assembly.spans.clear();
		this.#assembly.logs.length = 0;
		this.#inScope(() => this.#assembly.metrics.clear());
	}

	run<T>(fn: () => T): T {
		return this.#inScope(fn);
	}

	advance(ms: number): void {
		if (this.#clock === undefined) {
			throw new TypeError('advance() needs a stopped clock. Start with testTelemetry(config, { clock: 0 }).');
		}
		if (!(ms >= 0) || ms === Number.POSITIVE_INFINITY) {
			throw new TypeError(`advance() takes milliseconds, a number of at least 0; it got ${ms}.`);
		}
		this.#clock.advance(ms);
	}

	stop(): Promise<readonly string[]> {
		this.#stopped ??= this.#stop();
		return this.#stopped;
	}

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
