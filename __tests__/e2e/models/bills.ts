import { traced } from '../../../index.js';
import { points, type SeenSpan, timeline } from '../../contract/harness.js';
import type { Spent } from './servers/wire.js';

/** The paths of the tests: who asks a model, and another. */
export const ASK = 'self.soul.ask';
export const OTHER = 'self.garden.water';

/** What the toolkit says that each path spent: by the attributes of its spans, and by the counter. */
export interface Bills {
	readonly spans: Readonly<Record<string, Spent>>;
	readonly counter: Readonly<Record<string, Spent>>;
}

/** Runs an invocation of this path. */
export async function invocation<T>(path: string, body: () => T): Promise<Awaited<T>> {
	return await traced(body, { path })();
}

/** Both bills since the last call; paths that spent nothing are on neither. */
export async function bills(): Promise<Bills> {
	const spans: Record<string, { in: number; out: number }> = {};
	const counter: Record<string, { in: number; out: number }> = {};
	for (const { attributes } of (await timeline()).flatMap(withChildren)) {
		const spent = { in: attributes['agentese.tokens.in'], out: attributes['agentese.tokens.out'] };
		if (spent.in === undefined && spent.out === undefined) continue;
		add(spans, attributes['agentese.path'], 'in', Number(spent.in ?? 0));
		add(spans, attributes['agentese.path'], 'out', Number(spent.out ?? 0));
	}
	for (const { name, labels, value } of await points()) {
		if (name !== 'agentese.tokens') continue;
		add(counter, labels['agentese.path'], labels['agentese.direction'] === 'in' ? 'in' : 'out', value);
	}
	return { spans, counter };
}

/** Where spans and the counter say the same. */
export function both(each: Readonly<Record<string, Spent>>): Bills {
	return { spans: each, counter: each };
}

function add(
	to: Record<string, { in: number; out: number }>,
	path: unknown,
	direction: keyof Spent,
	value: number,
): void {
	const bill = to[String(path)] ?? { in: 0, out: 0 };
	bill[direction] += value;
	to[String(path)] = bill;
}

function withChildren(span: SeenSpan): SeenSpan[] {
	return [span, ...span.children.flatMap(withChildren)];
}
