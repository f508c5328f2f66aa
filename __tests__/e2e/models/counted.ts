import { traceInvocation } from '../../../index.js';
import { points, type RecordedSpan, timeline } from '../../contract/harness.js';
import type { Spent } from './servers/wire.js';

/** The tokens that the toolkit recorded since the last call. */
export interface RecordedTokens {
	/** The usage on the span of each invocation, ordered by their start; undefined if it has none. */
	readonly spans: readonly (Spent | undefined)[];
	/** The sum of the counter over all series. */
	readonly counter: Spent;
}

/** Runs the body inside an invocation of the path. */
export function ask<T>(body: () => T, path = 'self.agent.ask'): T {
	return traceInvocation(path, {}, body);
}

/** Returns the recorded tokens. Every invocation must have ended. */
export async function recordedTokens(): Promise<RecordedTokens> {
	const spans = (await timeline()).flatMap(flat).filter(({ attributes }) => 'agentese.path' in attributes);
	const counters = (await points()).filter(({ name }) => name === 'agentese.tokens');
	const sum = (direction: string) =>
		counters
			.filter(({ labels }) => labels['agentese.tokens.direction'] === direction)
			.reduce((all, { value }) => all + value, 0);
	return {
		spans: spans.map(({ attributes }) => spentOf(attributes)),
		counter: { input: sum('in'), output: sum('out') },
	};
}

/** Returns the expected record if one invocation has all of the usage. */
export function allOnOne(spent?: Spent): RecordedTokens {
	return { spans: [spent], counter: spent ?? { input: 0, output: 0 } };
}

function flat(span: RecordedSpan): RecordedSpan[] {
	return [span, ...span.children.flatMap(flat)];
}

function spentOf(attributes: RecordedSpan['attributes']): Spent | undefined {
	const read = attributes['agentese.tokens.in'];
	const written = attributes['agentese.tokens.out'];
	if (read === undefined && written === undefined) return undefined;
	return { input: Number(read), output: Number(written) };
}
