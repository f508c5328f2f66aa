import type { Context } from '@opentelemetry/api';
import { GUEST, type Observer, readObserver } from '../observers/read.js';
import { runIn } from '../runtime/carry.js';
import { sayOnce } from '../runtime/say.js';
import { release } from '../settling/collected.js';
import type { Settlement } from '../settling/settlement.js';
import { countTokens } from '../tokens/count.js';
import { readUsage } from '../tokens/usage.js';
import type { LiveInvocation, Outcome, TokenCount } from './advice.js';
import { enterContext } from './context.js';
import type { JoinPoint } from './join-point.js';
import type { Member } from './member.js';
import { type Ending, judge } from './outcome.js';

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

function expand(template: string | undefined, params: Readonly<Record<string, string>>): string | undefined {
	return template?.includes(':') ? template.replace(/:(\w+)/g, (whole, name) => params[name] ?? whole) : template;
}

/** One call under observation, from `enter` to its one end. */
export class Invocation implements LiveInvocation, Settlement {
	readonly point: JoinPoint;
	readonly self: unknown;
	args: readonly unknown[];
	parent: LiveInvocation | undefined;
	readonly dispatched: Dispatched;
	ended = false;
	private claim: Member | undefined;
	private inner: Context;
	private asker: Observer | undefined;
	private readonly states: unknown[] = [];
	private readonly startedAt = performance.now();
	private touchedAt = 0;
	private spentIn = 0;
	private spentOut = 0;
	private spent = false;
	private last: unknown;
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
		this.inner = enterContext(base, this);
	}

	get path(): string | undefined {
		return this.dispatched.path ?? expand(this.point.template, this.params);
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
		this.asker ??= readObserver(this.args === NO_ARGS ? this.given : this.asked()) ?? this.parent?.observer ?? GUEST;
		return this.asker;
	}

	get tokens(): TokenCount | undefined {
		return this.spent ? { in: this.spentIn, out: this.spentOut } : undefined;
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
		const { advices } = this.point;
		for (let i = 0; i < advices.length; i++) {
			try {
				this.states[i] = advices[i]?.enter?.(this);
			} catch (error) {
				sayOnce('advice.enter', `an advice of ${this.point.functionName} threw while it entered.`, error);
			}
		}
		return this;
	}

	/** Adds model tokens; those that come after the end go straight to the counter, for the bill is the counter's sum. */
	addTokens(count: TokenCount): void {
		if (this.point.template === undefined && this.parent !== undefined) {
			// A helper without a path is no invocation of AGENTESE: what it spends is its invocation's.
			this.parent.addTokens(count);
			return;
		}
		if (this.ended) {
			countTokens(this.point, count);
			return;
		}
		this.spent = true;
		this.spentIn += count.in;
		this.spentOut += count.out;
	}

	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
		this.touchedAt = performance.now();
		return runIn(this.inner, fn, self, args);
	}

	item(value: unknown): void {
		if (this.ended) return;
		if (this.point.facts.tokens !== undefined) this.last = value;
		const { advices } = this.point;
		for (let i = 0; i < advices.length; i++) {
			try {
				advices[i]?.item?.(this, value, this.states[i]);
			} catch (error) {
				sayOnce('advice.item', `an advice of ${this.point.functionName} threw on an item of a stream.`, error);
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
		this.end({ threw: false, left: true, endedAt: Math.max(this.touchedAt, heldAt) });
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
			sayOnce('option.observer', `the observer option of ${this.point.functionName} threw.`, error);
			return undefined;
		}
	}

	private end(result: Ending): void {
		if (this.ended) return;
		this.readTokens(result);
		this.ended = true;
		const outcome: Outcome = judge(result, Math.max(0, (result.endedAt ?? performance.now()) - this.startedAt), this);
		const { advices } = this.point;
		for (let i = advices.length - 1; i >= 0; i--) {
			try {
				advices[i]?.leave?.(this, outcome, this.states[i]);
			} catch (error) {
				sayOnce('advice.leave', `an advice of ${this.point.functionName} threw while it left.`, error);
			}
		}
		if (this.spent) countTokens(this.point, { in: this.spentIn, out: this.spentOut });
		release(this);
		this.letGo();
	}

	/**
	 * Lets go of what an ended invocation need not keep: a timer that was started in it keeps its context for ever, and
	 * with it the arguments; an agent that schedules itself would be a chain of all its invocations.
	 */
	private letGo(): void {
		this.last = undefined;
		if (this.asker === undefined) this.given = this.asked();
		this.args = NO_ARGS;
		if (this.parent?.ended !== true) return;
		this.lastParams = this.params;
		this.asker = this.observer;
		this.parent = undefined;
	}

	private readTokens(result: Ending): void {
		const { tokens } = this.point.facts;
		if (tokens === undefined || this.spent || result.threw) return;
		try {
			const usage = readUsage(tokens(result.value === undefined ? this.last : result.value));
			if (usage !== undefined) this.addTokens(usage);
		} catch (error) {
			sayOnce('option.tokens', `the tokens option of ${this.point.functionName} threw.`, error);
		}
	}
}
