import type { Context } from '@opentelemetry/api';
import type { Advice, Invocation, Outcome } from '../../invocation/advice.js';
import { warnOnce } from '../../runtime/log-once.js';

/** Returns true if the advices of a decorator apply to a call: the option `when`. */
export type Condition = (args: readonly unknown[], self: unknown) => unknown;

/** Advices that a call enters and leaves only if a condition is true for it. It has no `item` part. */
export class ConditionalAdvice implements Advice<unknown[] | undefined> {
	private readonly condition: Condition;
	readonly advices: readonly Advice[];
	/** The name of the method, for messages. */
	private readonly functionName: string;
	readonly streams: boolean;
	readonly timed: boolean;
	readonly refuses?: NonNullable<Advice['refuses']>;
	readonly idleIn?: NonNullable<Advice['idleIn']>;

	/** @param advices - those that have something to do in this epoch; their refusals apply whatever the condition is */
	constructor(condition: Condition, advices: readonly Advice[], functionName: string) {
		this.condition = condition;
		this.advices = advices;
		this.functionName = functionName;
		this.streams = advices.some(({ streams }) => streams === true);
		this.timed = advices.some(({ timed }) => timed !== false);
		if (advices.some(({ refuses }) => refuses !== undefined)) {
			this.refuses = (ending) => advices.some((advice) => advice.refuses?.(ending) === true);
		}
		if (advices.every(({ idleIn }) => idleIn !== undefined)) {
			this.idleIn = (context: Context) => advices.every((advice) => advice.idleIn?.(context) === true);
		}
	}

	/** True if none of the advices has anything to do. */
	idle(): boolean {
		return this.advices.every((advice) => advice.idle?.() === true);
	}

	/** Evaluates the condition once for the call; returns what the advices' `enter` returned, undefined if it is false. */
	enter(invocation: Invocation): unknown[] | undefined {
		if (!this.applies(invocation)) return undefined;
		return this.advices.map((advice) => {
			try {
				return advice.enter?.(invocation);
			} catch (error) {
				warnOnce('advice.enter', `an advice of ${this.functionName} threw while it entered.`, error);
				return undefined;
			}
		});
	}

	/** Calls `leave` of the advices in reverse order, unless the condition was false. */
	leave(invocation: Invocation, outcome: Outcome, states: unknown[] | undefined): void {
		if (states === undefined) return;
		for (let i = this.advices.length - 1; i >= 0; i--) {
			try {
				this.advices[i]?.leave?.(invocation, outcome, states[i]);
			} catch (error) {
				warnOnce('advice.leave', `an advice of ${this.functionName} threw while it left.`, error);
			}
		}
	}

	/** A condition that throws is logged once and counts as true. */
	private applies(invocation: Invocation): boolean {
		try {
			return Boolean(this.condition(invocation.args, invocation.self));
		} catch (error) {
			warnOnce('option.when', `the option when of ${this.functionName} threw.`, error);
			return true;
		}
	}
}
