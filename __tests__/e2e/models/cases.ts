import { expect } from '@jest/globals';
import { ASK, bills, both, invocation, OTHER } from './bills.js';
import type { Provider, Reply, Spent } from './servers/wire.js';

/** Checks that a stream which one invocation opens and another reads counts for the first, whose span has ended. */
export async function readElsewhere<S>(
	server: Provider,
	open: () => S | Promise<S>,
	read: (stream: S) => unknown,
): Promise<void> {
	// In an object: an invocation that returns the stream itself would last until it is read.
	const given = await invocation(ASK, async () => ({ stream: await open() }));
	await invocation(OTHER, async () => await read(given.stream));
	expect(await bills()).toEqual({ spans: {}, counter: { [ASK]: server.sent } });
}

/** Checks that two invocations with three concurrent calls each have the usage of their own calls. */
export async function inParallel(
	server: Provider,
	answer: (spent: Spent) => Reply,
	ask: () => PromiseLike<unknown>,
	three: () => PromiseLike<unknown> = () => Promise.all([ask(), ask(), ask()]),
): Promise<void> {
	const [few, many] = [
		{ input: 1, output: 10 },
		{ input: 100, output: 1000 },
	];
	server.script(...[few, few, few, many, many, many].map((spent) => answer(spent)));
	await invocation(ASK, three);
	await invocation(OTHER, () => Promise.all([ask(), ask(), ask()]));
	expect(server.sent).toEqual({ input: 303, output: 3030 });
	expect(await bills()).toEqual(both({ [ASK]: { input: 3, output: 30 }, [OTHER]: { input: 300, output: 3000 } }));
}
