import { traceInvocation } from '../../../index.js';
import { points, type SeenSpan, timeline } from '../../contract/harness.js';
import type { Spent } from './servers/wire.js';

/** What the toolkit told of the tokens since the last call. */
export interface Told {
	/** What each invocation carries, in the order in which they began; undefined where it carries none. */
	readonly spans: readonly (Spent | undefined)[];
	/** The counter's sum over everything. */
	readonly counter: Spent;
}

/** Runs the body inside of an invocation of that path. */
export function ask<T>(body: () => T, path = 'self.agent.ask'): T {
	return traceInvocation(path, {}, body);
}

/** Reads what was told; every invocation must have ended. */
export async function told(): Promise<Told> {
	const spans = (await timeline()).flatMap(flat).filter(({ attributes }) => 'agentese.path' in attributes);
	const counters = (await points()).filter(({ name }) => name === 'agentese.tokens');
	const sum = (direction: string) =>
		counters
			.filter(({ labels }) => labels['agentese.direction'] === direction)
			.reduce((all, { value }) => all + value, 0);
	return { spans: spans.map(({ attributes }) => spentOf(attributes)), counter: { in: sum('in'), out: sum('out') } };
}

/** What is told where one invocation spent it all; nothing, where it spent nothing. */
export function one(spent?: Spent): Told {
	return { spans: [spent], counter: spent ?? { in: 0, out: 0 } };
}

function flat(span: SeenSpan): SeenSpan[] {
	return [span, ...span.children.flatMap(flat)];
}

function spentOf(attributes: SeenSpan['attributes']): Spent | undefined {
	const read = attributes['agentese.tokens.in'];
	const written = attributes['agentese.tokens.out'];
	if (read === undefined && written === undefined) return undefined;
	return { in: Number(read), out: Number(written) };
}
