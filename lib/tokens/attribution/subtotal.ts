import { type Context, createContextKey } from '@opentelemetry/api';

const SUBTOTAL = createContextKey('agentese-otel.subtotal');

/** The tokens that are spent below one context, for the process that called this one. */
export interface Subtotal {
	input: number;
	output: number;
	/** The subtotal of the context around this one, which grows with it. */
	readonly outer: Subtotal | undefined;
}

/**
 * Begins a subtotal below a context.
 *
 * @returns `inside`, the context to run the work in, and the subtotal, which grows while that work runs
 */
export function beginSubtotal(context: Context): { readonly inside: Context; readonly subtotal: Subtotal } {
	const subtotal: Subtotal = { input: 0, output: 0, outer: subtotalOf(context) };
	return { inside: context.setValue(SUBTOTAL, subtotal), subtotal };
}

/** Adds tokens to every subtotal that was begun around `context`. */
export function addToSubtotals(context: Context, tokens: { readonly input: number; readonly output: number }): void {
	for (let subtotal = subtotalOf(context); subtotal !== undefined; subtotal = subtotal.outer) {
		subtotal.input += tokens.input;
		subtotal.output += tokens.output;
	}
}

function subtotalOf(context: Context): Subtotal | undefined {
	return context.getValue(SUBTOTAL) as Subtotal | undefined;
}
