import { type Context, createContextKey } from '@opentelemetry/api';

const GATHERING = createContextKey('agentese-otel.gathering');

/** Sums what is spent below one place, for another process to know. */
export interface Gathering {
	in: number;
	out: number;
	readonly outer: Gathering | undefined;
}

/** Begins to gather below a context; what gathers around goes on. */
export function beginGathering(context: Context): { readonly inside: Context; readonly gathering: Gathering } {
	const gathering: Gathering = { in: 0, out: 0, outer: gatheringOf(context) };
	return { inside: context.setValue(GATHERING, gathering), gathering };
}

/** Adds to all that gather around a place. */
export function gather(context: Context, spent: { readonly in: number; readonly out: number }): void {
	for (let one = gatheringOf(context); one !== undefined; one = one.outer) {
		one.in += spent.in;
		one.out += spent.out;
	}
}

function gatheringOf(context: Context): Gathering | undefined {
	return context.getValue(GATHERING) as Gathering | undefined;
}
