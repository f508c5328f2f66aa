import type { Context } from '@opentelemetry/api';
import { type Observer, readObserver } from '../agentese/observers/observer.js';
import { inheritedObserver } from '../agentese/observers/observer-attributes.js';
import type { LiveInvocation, Outcome } from '../invocation/advice.js';
import { enterContext } from '../invocation/context.js';
import { exportObserver } from '../invocation/observer-baggage.js';
import { type Ending, judge } from '../invocation/outcome.js';
import { runInContext } from '../runtime/active-context.js';
import { warnOnce } from '../runtime/log-once.js';
import { release } from '../settling/common/finalization.js';
import type { Settlement } from '../settling/common/settlement.js';
import { StreamTimer, withStreamed } from '../settling/common/stream-timing.js';
import { countNow } from '../tokens/attribution/uncounted.js';
import { attributeResult, ChunkReader, keepsLast } from '../tokens/result-usage.js';
import type { TokenAccount } from '../usage/accounting/token-account.js';
import type { TokenCount } from '../usage/accounting/usage.js';
import type { JoinPoint } from './join-point.js';
import type { Member } from './member.js';

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/** What a dispatcher knows of an invocation beyond the call itself. */
export interface Dispatched {
	readonly path?: string | undefined;
	readonly alias?: string | undefined;
	readonly params?: Readonly<Record<string, string>> | undefined;
	/** Who asks, where it is not among the arguments; under `observer`, for null and undefined differ. */
	readonly umwelt?: { readonly observer: unknown } | undefined;
	/** The method that belongs to this invocation: its next call on the same receiver is no invocation of its own. */
	readonly claim?: Member | undefined;
}

const NO_ARGS: readonly unknown[] = Object.freeze([]);
const CALLED: Dispatched = Object.freeze({});

function expand(template: string, params: Readonly<Record<string, string>>): string {
	return template.replace(/:(\w+)/g, (whole, name) => params[name] ?? whole);
}

/** One call under observation, from `enter` to its one end. */
export class Invocation implements LiveInvocation, Settlement {
	readonly point: JoinPoint;
	readonly self: unknown;
	args: readonly unknown[];
	parent: LiveInvocation | undefined;
	account: TokenAccount | undefined;
	readonly dispatched: Dispatched;
	entered = false;
	ended = false;
	private claim: Member | undefined;
	private inner: Context;
	private asker: Observer | undefined;
	/** What the first advice answered as it entered, and the others; most methods have one or two. */
	private first: unknown;
	private others: unknown[] | undefined;
	/** Not asked for where no advice looks at the duration: the clock is 50 ns of each look on a virtual machine. */
	private readonly startedAt: number;
	private touchedAt = 0;
	private chunks: ChunkReader | undefined;
	private paced: StreamTimer | undefined;
	private given: unknown;
	private lastParams: Readonly<Record<string, string>> | undefined;

	constructor(
		point: JoinPoint,
		self: unknown,
		args: readonly unknown[],
		parent: LiveInvocation | undefined,
		base: Context,
		dispatched: Dispatched = CALLED,
	) {
		this.point = point;
		this.self = self;
		this.args = args;
		this.parent = parent;
		this.dispatched = dispatched;
		this.claim = dispatched.claim;
		this.startedAt = point.timed ? performance.now() : 0;
		this.inner = enterContext(base, this);
	}

	get path(): string | undefined {
		const { template } = this.point;
		return this.dispatched.path ?? (template?.includes(':') ? expand(template, this.params) : template);
	}

	get alias(): string | undefined {
		return this.dispatched.alias;
	}

	get params(): Readonly<Record<string, string>> {
		return this.dispatched.params ?? this.lastParams ?? this.inherited()?.params ?? NO_PARAMS;
	}

	get context(): Context {
		return this.inner;
	}

	set context(ctx: Context) {
		this.inner = enterContext(ctx, this);
	}

	get observer(): Observer {
		this.asker ??=
			readObserver(this.args === NO_ARGS ? this.given : this.asked()) ??
			inheritedObserver(this.parent?.observer, this.point.template);
		return this.asker;
	}

	get tokens(): TokenCount | undefined {
		return this.account?.own;
	}

	get totalTokens(): { readonly in: number; readonly out: number } | undefined {
		if (this.account === undefined) return undefined;
		const { own, below } = this.account;
		return { in: (own?.in ?? 0) + below.in, out: (own?.out ?? 0) + below.out };
	}

	get wantsItems(): boolean {
		return this.point.wantsItems;
	}

	get watch(): string | undefined {
		return this.point.facts.watch;
	}

	/** True, once, for the call that a dispatcher makes for this invocation. */
	claims(member: Member, self: unknown): boolean {
		const { claim } = this;
		if (claim === undefined || this.self !== self) return false;
		// An override that is only watched is not the member that was published, but it is what that call meets.
		const met = claim === member || (claim.key === member.key && !claim.isPrivate && !member.isPrivate);
		if (!met) return false;
		this.claim = undefined;
		return true;
	}

	/** Lets every advice enter, the first one outermost. */
	enter(): this {
		exportObserver(this);
		const { advices } = this.point;
		for (let i = 0; i < advices.length; i++) {
			try {
				const state = advices[i]?.enter?.(this);
				if (i === 0) this.first = state;
				else if (state !== undefined) this.stateOf(i, state);
			} catch (error) {
				warnOnce('advice.enter', `an advice of ${this.point.functionName} threw while it entered.`, error);
			}
		}
		this.entered = true;
		return this;
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		if (this.paced === undefined) this.touchedAt = performance.now();
		return runInContext(this.inner, fn, self, args);
	}

	pace(): StreamTimer | undefined {
		if (!this.point.wantsItems) return undefined;
		if (this.paced !== undefined) return this.paced.part();
		this.paced = new StreamTimer();
		return this.paced;
	}

	item(value: unknown): void {
		if (this.ended) return;
		const { facts, advices, showsItems } = this.point;
		// What is no object holds no usage: it is read only where somebody else reads the last one.
		if ((typeof value === 'object' && value !== null) || keepsLast(facts.tokens)) {
			this.chunks ??= new ChunkReader(facts.tokens);
			this.chunks.see(value);
		}
		if (!showsItems) return;
		for (let i = 0; i < advices.length; i++) {
			try {
				advices[i]?.item?.(this, value, i === 0 ? this.first : this.others?.[i]);
			} catch (error) {
				warnOnce('advice.item', `an advice of ${this.point.functionName} threw on an item of a stream.`, error);
			}
		}
	}

	done(value: unknown, kind?: string): void {
		this.end(kind === undefined ? { threw: false, value } : { threw: false, value, stream: kind });
	}

	failed(error: unknown): void {
		this.end({ threw: true, error });
	}

	cancelled(kind?: string): void {
		this.end(kind === undefined ? { threw: false, left: true } : { threw: false, left: true, stream: kind });
	}

	abandoned(heldAt: number): void {
		this.end({ threw: false, left: true, endedAt: Math.max(this.touchedAt, this.paced?.touchedAt ?? 0, heldAt) });
	}

	/** The enclosing invocation, where this is a helper of it: no path of its own, or a method of the same resolver. */
	private inherited(): LiveInvocation | undefined {
		return this.point.template === undefined || this.parent?.self === this.self ? this.parent : undefined;
	}

	/** What was asked with: undefined where nothing was, null for the guest. */
	private asked(): unknown {
		const { observer } = this.point.facts;
		const { umwelt } = this.dispatched;
		try {
			if (observer !== undefined) return observer(this.args, this.self);
			if (umwelt !== undefined) return umwelt.observer;
			return this.point.template === undefined ? undefined : this.args[this.point.observerAt];
		} catch (error) {
			warnOnce('option.observer', `the observer option of ${this.point.functionName} threw.`, error);
			return undefined;
		}
	}

	/** Keeps what another advice than the first answered. */
	private stateOf(i: number, state: unknown): void {
		this.others ??= [];
		this.others[i] = state;
	}

	private end(result: Ending): void {
		if (this.ended) return;
		const { point } = this;
		attributeResult(this, result, point.facts.tokens, this.chunks);
		this.ended = true;
		const duration = point.timed ? Math.max(0, (result.endedAt ?? performance.now()) - this.startedAt) : 0;
		const judged = judge(result, duration, this);
		const outcome: Outcome = this.paced === undefined ? judged : withStreamed(judged, this.paced, result);
		const { advices } = point;
		for (let i = advices.length - 1; i >= 0; i--) {
			try {
				advices[i]?.leave?.(this, outcome, i === 0 ? this.first : this.others?.[i]);
			} catch (error) {
				warnOnce('advice.leave', `an advice of ${point.functionName} threw while it left.`, error);
			}
		}
		if (this.account?.own !== undefined) countNow(this);
		release(this);
		this.letGo();
	}

	/**
	 * Lets go of what an ended invocation need not keep: a timer that was started in it keeps its context for ever, and
	 * with it the arguments; an agent that schedules itself would be a chain of all its invocations.
	 */
	private letGo(): void {
		this.chunks = undefined;
		this.first = undefined;
		this.others = undefined;
		if (this.asker === undefined) this.given = this.asked();
		this.args = NO_ARGS;
		if (this.parent?.ended !== true) return;
		this.lastParams = this.params;
		this.asker = this.observer;
		// What comes late still counts in the totals of those around that go on.
		do this.parent = this.parent.parent;
		while (this.parent?.ended === true);
	}
}
