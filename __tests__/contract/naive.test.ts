import { describe, expect, it } from '@jest/globals';
import { type End, type Fact, type Form, type Marks, prove } from './fact.js';
import { CONSUMED, SETTLED } from './facts/all.js';
import { openSpans, type RecordedSpan, settled, timeline } from './harness.js';
import { naive } from './naive.js';

/**
 * The naive wrapper as a form. Names, attributes and metrics are not compared: it fails a fact only because it does not
 * follow a result to its end, or changes it.
 */
const NAIVE: Form = {
	name: 'the naive wrapper',
	dispatches: false,
	acceptsOptions: true,
	weave(body) {
		const call = naive(function act() {
			return body();
		});
		return () => {
			const promise = call();
			// The rejection of its additional promise is not under test.
			promise.catch(() => {});
			return promise;
		};
	},
	async ended(end, marks) {
		await settled();
		expect((await timeline()).map(outline)).toEqual(expected(end, marks));
	},
	async underWay() {
		await settled();
		expect(openSpans()).toEqual(['act']);
	},
};

interface Outline {
	readonly name: string;
	readonly status: string;
	readonly events: number;
	readonly children: readonly Outline[];
}

function outline({ name, status, events, children }: RecordedSpan): Outline {
	return { name, status, events: events.length, children: children.map(outline) };
}

function expected(end: End, { inside = [], outside = [] }: Marks): Outline[] {
	const marked = (name: string): Outline => ({ name, status: 'UNSET', events: 0, children: [] });
	const status = {
		ok: 'OK',
		cancelled: 'UNSET',
		unknown: 'UNSET',
		error: end.outcome === 'error' ? `ERROR: ${end.message}` : '',
	}[end.outcome];
	const events = end.outcome === 'error' ? 1 : 0;
	return [{ name: 'act', status, events, children: inside.map(marked) }, ...outside.map(marked)];
}

/**
 * Whether the wrapper passes a fact; it fails one that never settles. The wait is short for a fact that it is known to
 * fail, and for the others so long that a pause of the machine does not fail them.
 */
async function passes(fact: Fact): Promise<boolean> {
	const late = Symbol('late');
	const timer = Promise.withResolvers<typeof late>();
	const timeout = setTimeout(() => timer.resolve(late), FAILED.includes(fact.name) ? 200 : 20_000);
	try {
		return (await Promise.race([prove(fact, NAIVE).then(() => true), timer.promise])) === true;
	} catch {
		return false;
	} finally {
		clearTimeout(timeout);
	}
}

/**
 * The facts that it fails: results are synchronous, are the same object, are followed until consumed, errors are read.
 */
const FAILED = [
	'undefined that is thrown is the same',
	'undefined that an async function rejects with is the same',
	'null that is thrown is the same',
	'null that an async function rejects with is the same',
	'a text that is thrown is the same',
	'a text that an async function rejects with is the same',
	'a symbol that is thrown is the same',
	'a symbol that an async function rejects with is the same',
	'a frozen object that is thrown is the same',
	'a frozen object that an async function rejects with is the same',
	'an object whose every getter throws that is thrown is the same',
	'an object whose every getter throws that an async function rejects with is the same',
	'a synchronous method returns synchronously',
	'a synchronous method throws synchronously',
	'an async value comes at most one turn later',
	'a promise subclass stays that object, with its own members',
	'a promise with members of its own stays that object',
	'a frozen promise with members passes through, and ends when it is returned',
	'an APIPromise stays that object, works once, when it is awaited, in the context of its invocation',
	'an APIPromise keeps withResponse()',
	'a promise of a generator is under way until the generator is consumed',
	'a promise of a web stream is under way until the stream is consumed',
	'a lazy thenable runs once, when it is awaited, inside of its invocation',
	'a lazy thenable shows no member that it had not',
	'a second await runs as often as it would without the toolkit',
	'a chain method gives its own new object, and the first one ends at shutdown',
	'a frozen thenable passes through, and ends when it is returned',
	'a thenable that is never awaited never runs, and ends at shutdown',
	'a generator gives its values, and its body runs inside at every step',
	'a for loop over a generator sees all values',
	'yield* over a generator gives its return value',
	'what consumes a generator stays in its own context',
	'break runs the finally of the body, and cancels',
	'throw() goes into the body',
	'an error of the body is the same error',
	'return() before the first next() runs nothing of the body',
	'throw() before the first next() runs nothing of the body',
	'using disposes of a generator',
	'a generator stays what it was',
	'a generator that is never iterated is under way until shutdown',
	'an iterator that is no generator is followed',
	'an async generator gives its values, and its body runs inside at every step',
	'parallel next() calls are answered in order',
	'an async generator is under way until its last item',
	'what consumes an async generator stays in its own context',
	'break awaits the finally of the body, and cancels',
	'return() and throw() are passed on',
	'return() before the first next() runs nothing of the async body',
	'an error of the async body is the same error',
	'await using disposes of an async generator',
	'an async generator stays what it was',
	'an async generator that was left half way is under way until shutdown',
	'a promise of an async generator is followed to its last item',
	'a web stream is neither locked nor pulled because of the toolkit',
	'a web stream read by getReader() ends with its last chunk, its pulls inside',
	'for await over a web stream ends with its last chunk',
	'break cancels a web stream',
	'cancel() reaches the source with its reason',
	'pipeTo() ends a web stream',
	'pipeThrough() ends a web stream',
	'the branches of tee() end a web stream with the first that is whole',
	'both branches of tee() cancelled is cancelled',
	'an error of a web stream is the same error',
	'a BYOB reader fills its own buffer',
	'a released reader leaves the web stream open for the next one',
	'a web stream can still be the body of a response',
	'a Response that is read as text ends with its body, whose pulls are inside',
	'a Response of a text ends when it is read',
	'a Response whose body a server reads by chunks ends with the last one',
	'a Response whose body is piped ends with the pipe',
	'a Response whose clone is read ends with it',
	'a Response whose body fails fails with the same error',
	'a Response whose body is cancelled is cancelled',
	'a Response that nobody reads is unknown at the end',
	'a Node stream does not flow and gains no listener because of the toolkit',
	'a Node stream in flow mode ends with its end event, its reads inside and its listeners outside',
	'for await over a Node stream sees all chunks',
	'break leaves a Node stream',
	'destroy() leaves a Node stream',
	'an error that a Node stream is destroyed with reaches its listeners unchanged',
	'a destroyed Node stream without a close event still ends',
	'pipeline() ends a Node stream and keeps backpressure',
	'pipeline() into a sink that fails gives its error',
	'a transform stream works the same',
	'Readable.from() of a generator runs its body inside',
	'a stream with members of its own is followed and keeps them',
	'the branches of a tee() of its own are followed',
	'break of a stream with members of its own cancels',
	'follow selects one member of a result with several streams, once it is read',
	'an observable runs its producer inside, and its consumer outside',
	'an observable through operators, and unsubscribed',
	'an error of an observable is the same error',
	'a proxy that throws on every trap passes through',
	'a registered settler is called before the toolkit’s own rules',
	'a rejection after a stream began is the consumer’s alone',
];

describe('the naive wrapper', () => {
	it('fails exactly the facts that it cannot keep', async () => {
		const failed: string[] = [];
		for (const fact of [...SETTLED, ...CONSUMED]) if (!(await passes(fact))) failed.push(fact.name);
		expect(failed).toEqual(FAILED);
	});
});
