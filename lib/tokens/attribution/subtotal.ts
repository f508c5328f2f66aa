import { type Context, createContextKey } from '@opentelemetry/api';

const SUBTOTAL = createContextKey('agentese-otel.gathering');

/** Sums what is spent below one place, for another process to know. */
export interface Subtotal {
	in: number;
	out: number;
	readonly outer: Subtotal | undefined;
}

/** Begins to gather below a context; what gathers around goes on. */
export function beginSubtotal(context: Context): { readonly inside: Context; readonly gathering: Subtotal } {
	const gathering: Subtotal = { in: 0, out: 0, outer: subtotalOf(context) };
	return { inside: context.setValue(SUBTOTAL, gathering), gathering };
}

/** Adds to all that gather around a place. */
export function addToSubtotals(context: Context, spent: { readonly in: number; readonly out: number }): void {
	for (let one = subtotalOf(context); one !== undefined; one = one.outer) {
		one.in += spent.in;
		one.out += spent.out;
	}
}

function subtotalOf(context: Context): Subtotal | undefined {
	return context.getValue(SUBTOTAL) as Subtotal | undefined;
}
