import { type Context, createContextKey } from '@opentelemetry/api';
import type { LiveInvocation } from '../../invocation/advice.js';
import { invocationOf } from '../../invocation/context.js';
import { activeContext } from '../../runtime/active-context.js';
import { warnOnce } from '../../runtime/log-once.js';
import { checkUsage, type TokenUsage, type Usage } from '../../usage/accounting/usage.js';
import { attributeUsage } from '../attribution/attribute-usage.js';
import { ownerOf } from '../attribution/owner.js';
import { coverEnclosing, enclosingSpan } from '../attribution/span-nesting.js';

/** Under this key the context of a client's code has the call that the client makes. */
const METERED = createContextKey('agentese-otel.metered');

/** One call of a metered model client. Its tokens belong to the invocation in which the call was opened. */
export interface ModelCall {
	/** The context to run the client's code in. Usage on spans that are started in it is not counted a second time. */
	readonly context: Context;
	/**
	 * Reports what the call spent, at any time. Only the first usage counts; undefined and an unreadable usage are
	 * ignored. Never throws.
	 */
	report(usage: TokenUsage | undefined): void;
}

/**
 * Opens a call of a model client in the invocation of the running code.
 *
 * - If a metered client makes its calls through another metered client, both report the same call, and it counts once.
 *   Two reports with different response ids are two calls.
 * - A span around the call that carries usage (an instrumentation of a library that uses the client) carries the usage
 *   of this call, and does not count.
 * - What an invocation below the call spends (a tool) belongs to that invocation.
 */
export function openModelCall(): ModelCall {
	const context = activeContext();
	const invocation = invocationOf(context);
	const call = new OpenCall(ownerOf(invocation), meteredCall(context, invocation));
	const enclosing = enclosingSpan(context);
	return {
		context: context.setValue(METERED, call),
		report: (usage) => {
			try {
				const checked = checkUsage(usage);
				if (checked === undefined || !call.acceptReport(checked) || !coverEnclosing(enclosing)) return;
				attributeUsage(invocation, checked, 'client');
			} catch (error) {
				warnOnce('tokens.failed', 'tokens could not be recorded.', error);
			}
		},
	};
}

/**
 * Returns whether a context is inside of a metered client's code.
 *
 * @param invocation - the innermost invocation of the context. If it began below the client's code, this returns false
 */
export function isMetered(context: Pick<Context, 'getValue'>, invocation: LiveInvocation | undefined): boolean {
	return meteredCall(context, invocation) !== undefined;
}

function meteredCall(context: Pick<Context, 'getValue'>, invocation: LiveInvocation | undefined): OpenCall | undefined {
	const call = context.getValue(METERED) as OpenCall | undefined;
	return call !== undefined && call.owner === ownerOf(invocation) ? call : undefined;
}

/** The reports of one call and of the nested calls through which other metered clients make it. */
class OpenCall {
	readonly owner: LiveInvocation | undefined;
	readonly #enclosing: OpenCall | undefined;
	#reported: Usage | undefined;
	/** The response ids that nested calls reported; undefined is for a response without an id. */
	readonly #nestedIds = new Set<string | undefined>();

	/**
	 * @param owner - the invocation to which the tokens belong
	 * @param enclosing - the call of another metered client in whose code this one was opened
	 */
	constructor(owner: LiveInvocation | undefined, enclosing: OpenCall | undefined) {
		this.owner = owner;
		this.#enclosing = enclosing;
	}

	/**
	 * Records a report. Returns false if this call, a nested one or an enclosing one has reported the same response
	 * before.
	 */
	acceptReport(usage: Usage): boolean {
		if (this.#reported !== undefined) return false;
		this.#reported = usage;
		const { responseId: id } = usage;
		const nested = this.#nestedIds;
		if (nested.size > 0 && (id === undefined || nested.has(id) || nested.has(undefined))) return false;
		for (let outer = this.#enclosing; outer !== undefined; outer = outer.#enclosing) {
			if (outer.#reported !== undefined && mayBeSame(outer.#reported.responseId, id)) return false;
		}
		for (let outer = this.#enclosing; outer !== undefined; outer = outer.#enclosing) outer.#nestedIds.add(id);
		return true;
	}
}

/** Two responses are taken to be the same unless both have an id, and the ids differ. */
function mayBeSame(idA: string | undefined, idB: string | undefined): boolean {
	return idA === undefined || idB === undefined || idA === idB;
}
