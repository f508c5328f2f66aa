import { type Context, createContextKey } from '@opentelemetry/api';
import type { LiveInvocation } from '../../invocation/advice.js';
import { invocationOf } from '../../invocation/context.js';
import { activeContext, runInContext } from '../../runtime/active-context.js';
import { warnOnce } from '../../runtime/log-once.js';
import { checkUsage, type TokenUsage, type Usage } from '../../usage/accounting/usage.js';
import { attributeUsage, ownerOf } from '../attribution/attribute-usage.js';
import { enclosingSpan, isFirstReport } from '../attribution/span-nesting.js';

/** In the context of a client's own code: the call that it makes. */
const METERED = createContextKey('agentese-otel.metered');

/** One call of a model client that reports what it spends. It belongs to the invocation in which it was opened. */
export interface ModelCall {
	/** Runs the client's own code. Spans that others make of this call below it are not counted once more. */
	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R;
	/** Says what the call spent, whenever that is known. Only the first time counts. Never throws. */
	report(usage: TokenUsage | undefined): void;
}

/**
 * Opens a call of a model client inside the invocation of the running code. Where a metered client makes its calls
 * through another metered one, both report the same, and it counts once; two that name different responses are two. A
 * span around it that carries usage (an instrumentation of a library that uses the client) carries that of this call.
 * What an invocation below it does (a tool) is its own.
 */
export function openModelCall(): ModelCall {
	const context = activeContext();
	const invocation = invocationOf(context);
	const call = new OpenCall(ownerOf(invocation), meteredCall(context, invocation));
	const around = enclosingSpan(context);
	const inside = context.setValue(METERED, call);
	return {
		run: (fn, self, args) => runInContext(inside, fn, self, args),
		report: (usage) => {
			try {
				const checked = checkUsage(usage);
				if (checked === undefined || !call.isFirstReport(checked) || !isFirstReport(around)) return;
				attributeUsage(invocation, checked, 'metered');
			} catch (error) {
				warnOnce('tokens.failed', 'tokens could not be recorded.', error);
			}
		},
	};
}

/** True inside of a metered client's own code, unless an invocation began below it. */
export function isMetered(context: Pick<Context, 'getValue'>, invocation: LiveInvocation | undefined): boolean {
	return meteredCall(context, invocation) !== undefined;
}

function meteredCall(context: Pick<Context, 'getValue'>, invocation: LiveInvocation | undefined): OpenCall | undefined {
	const call = context.getValue(METERED) as OpenCall | undefined;
	return call !== undefined && call.owner === ownerOf(invocation) ? call : undefined;
}

/** A call, and those of other metered clients that it is made of. */
class OpenCall {
	readonly owner: LiveInvocation | undefined;
	readonly #around: OpenCall | undefined;
	#said: Usage | undefined;
	/** The responses that calls inside of it reported; undefined stands for one without an id. */
	readonly #inside = new Set<string | undefined>();

	constructor(owner: LiveInvocation | undefined, around: OpenCall | undefined) {
		this.owner = owner;
		this.#around = around;
	}

	/** Takes a report; answers false where this call, or one inside of it or around it, has made it already. */
	isFirstReport(usage: Usage): boolean {
		if (this.#said !== undefined) return false;
		this.#said = usage;
		const { responseId: id } = usage;
		if (this.#inside.size > 0 && (id === undefined || this.#inside.has(id) || this.#inside.has(undefined)))
			return false;
		for (let outer = this.#around; outer !== undefined; outer = outer.#around) {
			if (outer.#said !== undefined && isSame(outer.#said.responseId, id)) return false;
		}
		for (let outer = this.#around; outer !== undefined; outer = outer.#around) outer.#inside.add(id);
		return true;
	}
}

function isSame(one: string | undefined, other: string | undefined): boolean {
	return one === undefined || other === undefined || one === other;
}
