import { type Context, isSpanContextValid, type Link, type SpanContext, trace } from '@opentelemetry/api';
import { type Observer, readObserver } from '../../agentese/observers/observer.js';
import { inheritedObserver } from '../../agentese/observers/observer-attributes.js';
import { metricAttributes } from '../../instruments/application-counters.js';
import type { Additions, LiveInvocation } from '../../invocation/advice.js';
import type { AttributeRecord } from '../../invocation/attributes.js';
import type { AspectCategory } from '../../invocation/category.js';
import { enterContext } from '../../invocation/context.js';
import { scopedObserver } from '../../invocation/observer-scope.js';
import { runInContext } from '../../runtime/active-context.js';
import { max } from '../../runtime/intrinsics.js';
import { platform } from '../../runtime/platform.js';
import { StreamTimer } from '../../settling/common/stream-timing.js';
import type { ChunkReader } from '../../tokens/result-usage.js';
import type { TokenAccount } from '../../usage/accounting/token-account.js';
import type { TokenCount } from '../../usage/accounting/usage.js';
import type { Member } from '../declarations/member.js';
import type { JoinPoint } from '../join-points/join-point.js';
import {
	addLink,
	countOf,
	inheritPropagated,
	propagateAttributes,
	recordError,
	rename,
	setAttributes,
} from './additions.js';
import { type DispatchDetails, expandTemplate, NO_PARAMS, NOT_DISPATCHED, umweltOf } from './dispatch-details.js';
import { endInvocation } from './invocation-lifecycle.js';
import type { InvocationState } from './invocation-state.js';
import { showItem } from './stream-items.js';

/** Replaces the arguments of an ended invocation. */
const NO_ARGS: readonly unknown[] = Object.freeze([]);

/**
 * One observed call: its state, and what `currentInvocation()` and advices read of it.
 *
 * The parts that change for other reasons are in files of their own: how it begins and ends in
 * `invocation-lifecycle.ts`, the items of its stream in `stream-items.ts`, what a dispatcher adds in
 * `dispatch-details.ts`, its outcome in `../invocation/outcome.ts`. It is one object that is also the `Settlement` of
 * its result, because a second object for any of these roles would be an allocation more on each call; for the same
 * reason the fields for streams and tokens are here and empty in most invocations.
 */
export class RunningInvocation implements InvocationState {
	readonly point: JoinPoint;
	readonly self: unknown;
	args: readonly unknown[];
	parent: LiveInvocation | undefined;
	account: TokenAccount | undefined;
	additions: Additions | undefined;
	readonly dispatched: DispatchDetails;
	entered = false;
	ended = false;
	// The public fields are described in InvocationState and the types that it extends.
	/** The woven method whose next call belongs to this invocation; undefined once it was called. */
	private claim: Member | undefined;
	/** The context of the code inside the invocation. */
	private innerContext: Context;
	/** The observer, once it was read. */
	private resolvedObserver: Observer | undefined;
	firstState: unknown;
	otherStates: unknown[] | undefined;
	/** The clock is read only if an advice reads the duration: one reading is 50 ns on a virtual machine. */
	readonly startedAt: number;
	/** When `run` was last called, on the clock of `performance.now()`; not kept up while the stream is measured. */
	private lastRunAt = 0;
	chunks: ChunkReader | undefined;
	streamTimer: StreamTimer | undefined;
	/** After the end, in place of the arguments: the umwelt, from which the observer may still be read. */
	private keptUmwelt: unknown;
	/** After the end, in place of the parent: the parameters that were inherited from it. */
	private keptParams: Readonly<Record<string, string>> | undefined;

	/**
	 * Creates an invocation that has not begun: `enterInvocation` begins it.
	 *
	 * @param self - the receiver of the call
	 * @param parent - the enclosing invocation
	 * @param base - the context in which the method was called
	 * @param dispatched - what a dispatcher adds. @default nothing
	 */
	constructor(
		point: JoinPoint,
		self: unknown,
		args: readonly unknown[],
		parent: LiveInvocation | undefined,
		base: Context,
		dispatched: DispatchDetails = NOT_DISPATCHED,
	) {
		this.point = point;
		this.self = self;
		this.args = args;
		this.parent = parent;
		this.dispatched = dispatched;
		this.claim = dispatched.claim;
		this.startedAt = point.timed ? platform.performanceNow() : 0;
		this.innerContext = enterContext(base, this);
	}

	get path(): string | undefined {
		const { template } = this.point;
		return this.dispatched.path ?? (template?.includes(':') ? expandTemplate(template, this.params) : template);
	}

	get alias(): string | undefined {
		return this.dispatched.alias;
	}

	/** Those of the dispatcher, else those of the enclosing invocation if this one is part of its work. */
	get params(): Readonly<Record<string, string>> {
		return this.dispatched.params ?? this.keptParams ?? this.pathOwner()?.params ?? NO_PARAMS;
	}

	get template(): string | undefined {
		return this.point.template;
	}

	/** AGENTESE's context; OpenTelemetry's is `otelContext`. */
	get context(): string | undefined {
		return this.point.context;
	}

	get holon(): string | undefined {
		return this.point.holon;
	}

	get aspect(): string | undefined {
		return this.point.aspect;
	}

	get functionName(): string {
		return this.point.functionName;
	}

	get category(): AspectCategory | undefined {
		return this.point.category;
	}

	get root(): LiveInvocation {
		let root: LiveInvocation = this;
		while (root.parent !== undefined) root = root.parent;
		return root;
	}

	get traceId(): string | undefined {
		return this.spanContext()?.traceId;
	}

	get spanId(): string | undefined {
		return this.spanContext()?.spanId;
	}

	get metricAttributes(): Readonly<Record<string, string>> {
		return metricAttributes(this.point);
	}

	get otelContext(): Context {
		return this.innerContext;
	}

	/** Sets the context; the invocation is added to it, so that code inside finds it whatever context an advice sets. */
	set otelContext(ctx: Context) {
		this.innerContext = enterContext(ctx, this);
	}

	/** Resolved at the first reading: most invocations that are not sampled never read it. */
	get observer(): Observer {
		this.resolvedObserver ??=
			readObserver(
				this.args === NO_ARGS ? this.keptUmwelt : umweltOf(this.point, this.dispatched, this.args, this.self),
			) ??
			inheritedObserver(scopedObserver(this.innerContext, this.parent) ?? this.parent?.observer, this.point.template);
		return this.resolvedObserver;
	}

	/** The usage of its own model calls. */
	get tokens(): TokenCount | undefined {
		return this.account?.own;
	}

	get totalTokens(): { readonly input: number; readonly output: number } | undefined {
		if (this.account === undefined) return undefined;
		const { own, below } = this.account;
		return { input: (own?.input ?? 0) + below.input, output: (own?.output ?? 0) + below.output };
	}

	get wantsItems(): boolean {
		return this.point.wantsItems;
	}

	get watch(): string | undefined {
		return this.point.options.watch;
	}

	// The methods that add to the invocation are in `additions.ts`. They are on the prototype, and a call that uses none
	// of them has one empty field for them.

	set(attributes: AttributeRecord): this {
		setAttributes(this, attributes);
		return this;
	}

	propagate(attributes: AttributeRecord): this {
		propagateAttributes(this, attributes);
		return this;
	}

	rename(name: string): this {
		rename(this, name);
		return this;
	}

	link(to: Link | SpanContext | undefined): this {
		addLink(this, to);
		return this;
	}

	fail(error: unknown): this {
		recordError(this, error);
		return this;
	}

	count(name: string, by = 1): this {
		countOf(this, name, by);
		return this;
	}

	claims(member: Member, self: unknown): boolean {
		const { claim } = this;
		if (claim === undefined || this.self !== self) return false;
		// The call may meet an override that only a class-level decorator weaves. It is not the published member, but it is
		// the method that the dispatcher calls.
		const isClaimed = claim === member || (claim.key === member.key && !claim.isPrivate && !member.isPrivate);
		if (!isClaimed) return false;
		this.claim = undefined;
		return true;
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		if (this.streamTimer === undefined) this.lastRunAt = platform.performanceNow();
		return runInContext(this.innerContext, fn, self, args);
	}

	/** The first call creates the timer of the stream, each further call one for another consumption of it. */
	pace(): StreamTimer | undefined {
		if (!this.point.wantsItems) return undefined;
		if (this.streamTimer !== undefined) return this.streamTimer.part();
		this.streamTimer = new StreamTimer();
		return this.streamTimer;
	}

	item(value: unknown): void {
		showItem(this, value);
	}

	done(value: unknown, kind?: string): void {
		endInvocation(this, kind === undefined ? { threw: false, value } : { threw: false, value, stream: kind });
	}

	failed(error: unknown): void {
		endInvocation(this, { threw: true, error });
	}

	cancelled(kind?: string): void {
		endInvocation(this, kind === undefined ? { threw: false, left: true } : { threw: false, left: true, stream: kind });
	}

	/** Ends it without a result: it was disposed of, and nothing is known of its work. */
	disposed(): void {
		endInvocation(this, { threw: false, unknown: true });
	}

	/**
	 * Ends it without a verdict, at the latest time at which it is known to have been used: a run, a request, or the return
	 * of the result.
	 */
	abandoned(heldAt: number): void {
		const endedAt = max(this.lastRunAt, this.streamTimer?.lastRequestAt ?? 0, heldAt);
		endInvocation(this, { threw: false, left: true, unknown: true, endedAt });
	}

	/**
	 * Drops the references that an ended invocation does not need. A timer that was started in it keeps its context, and
	 * with it the arguments, for as long as the timer lives; without this an agent that schedules itself would keep a
	 * chain of all its invocations.
	 */
	releaseReferences(): void {
		this.chunks = undefined;
		this.firstState = undefined;
		this.otherStates = undefined;
		if (this.resolvedObserver === undefined) {
			this.keptUmwelt = umweltOf(this.point, this.dispatched, this.args, this.self);
		}
		this.args = NO_ARGS;
		if (this.parent?.ended !== true) return;
		this.keptParams = this.params;
		this.resolvedObserver = this.observer;
		// Tokens that are reported late still count in the totals of the enclosing invocations that are not ended.
		do {
			inheritPropagated(this, this.parent);
			this.parent = this.parent.parent;
		} while (this.parent?.ended === true);
	}

	/** Returns the context of the span that is active inside; undefined if there is none. */
	private spanContext(): SpanContext | undefined {
		const spanContext = trace.getSpanContext(this.innerContext);
		return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext : undefined;
	}

	/**
	 * Returns the enclosing invocation if this one is part of its work: if it has no path of its own, or calls a method
	 * of the same resolver. Parameters are inherited from it.
	 */
	private pathOwner(): LiveInvocation | undefined {
		return this.point.template === undefined || this.parent?.self === this.self ? this.parent : undefined;
	}
}
