import { type Context, createContextKey } from '@opentelemetry/api';

const SUBTOTAL = createContextKey('agentese-otel.subtotal');

/** The tokens that are spent below one context, for the process that called this one. */
export interface Subtotal {
	in: number;
	out: number;
	/** The subtotal of the context around this one, which grows with it. */
	readonly outer: Subtotal | undefined;
}

/**
 * Begins a subtotal below a context.
 *
 * @returns `inside`, the context to run the work in, and the subtotal, which grows while that work runs
 */
export function beginSubtotal(context: Context): { readonly inside: Context; readonly subtotal: Subtotal } {
	const subtotal: Subtotal = { in: 0, out: 0, outer: subtotalOf(context) };
	return { inside: context.setValue(SUBTOTAL, subtotal), subtotal };
}

/** Adds tokens to every subtotal that was begun around `context`. */
export function addToSubtotals(context: Context, tokens: { readonly in: number; readonly out: number }): void {
	for (let subtotal = subtotalOf(context); subtotal !== undefined; subtotal = subtotal.outer) {
		subtotal.in += tokens.in;
		subtotal.out += tokens.out;
	}
}

function subtotalOf(context: Context): Subtotal | undefined {
	return context.getValue(SUBTOTAL) as Subtotal | undefined;
}
