import { traced } from '../../../index.js';
import { points, type RecordedSpan, timeline } from '../../contract/harness.js';
import type { Spent } from './servers/wire.js';

/** The paths of the tests: the invocation that calls a model, and another one. */
export const ASK = 'self.soul.ask';
export const OTHER = 'self.garden.water';

/** The token usage of each path: by the attributes of its spans, and by the counter. */
export interface Bills {
	readonly spans: Readonly<Record<string, Spent>>;
	readonly counter: Readonly<Record<string, Spent>>;
}

/** Runs the body as an invocation of the path. */
export async function invocation<T>(path: string, body: () => T): Promise<Awaited<T>> {
	return await traced(body, { path })();
}

/** Returns the usage since the last call. A path without usage is in neither record. */
export async function bills(): Promise<Bills> {
	const spans: Record<string, { input: number; output: number }> = {};
	const counter: Record<string, { input: number; output: number }> = {};
	for (const { attributes } of (await timeline()).flatMap(withChildren)) {
		const spent = { input: attributes['agentese.tokens.in'], output: attributes['agentese.tokens.out'] };
		if (spent.input === undefined && spent.output === undefined) continue;
		add(spans, attributes['agentese.path'], 'input', Number(spent.input ?? 0));
		add(spans, attributes['agentese.path'], 'output', Number(spent.output ?? 0));
	}
	for (const { name, labels, value } of await points()) {
		if (name !== 'agentese.tokens') continue;
		add(counter, labels['agentese.path'], labels['agentese.tokens.direction'] === 'in' ? 'input' : 'output', value);
	}
	return { spans, counter };
}

/** Returns the expected usage if the spans and the counter agree. */
export function both(each: Readonly<Record<string, Spent>>): Bills {
	return { spans: each, counter: each };
}

function add(
	to: Record<string, { input: number; output: number }>,
	path: unknown,
	direction: keyof Spent,
	value: number,
): void {
	const bill = to[String(path)] ?? { input: 0, output: 0 };
	bill[direction] += value;
	to[String(path)] = bill;
}

function withChildren(span: RecordedSpan): RecordedSpan[] {
	return [span, ...span.children.flatMap(withChildren)];
}
