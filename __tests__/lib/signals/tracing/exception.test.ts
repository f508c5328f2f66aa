import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Attributes } from '@opentelemetry/api';
import { traced } from '../../../../index.js';
import { type TestTelemetry, testTelemetry } from '../../../../testing/index.js';

let t: TestTelemetry;
beforeEach(async () => {
	t = await testTelemetry();
});
afterEach(() => t.stop());

/** Throws an error in a traced function; returns the attributes of the exception event, and the status message. */
function recorded(error: unknown): Attributes & { readonly status: string | undefined } {
	expect(() =>
		traced(
			() => {
				throw error;
			},
			{ name: 'fail' },
		)(),
	).toThrow();
	const { span } = t.invocation('fail');
	return { ...(span.events[0]?.attributes as Attributes), status: span.status.message };
}

/** The lines of a stack that are no frames. */
const heads = (stack: unknown): string[] =>
	String(stack)
		.split('\n')
		.filter((line) => !line.startsWith('    at '));

it('the stack has those of the causes, to the last one', () => {
	const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
	const failed = new TypeError('fetch failed', { cause: refused });
	const event = recorded(new Error('no answer', { cause: failed }));
	expect(event['exception.message']).toBe('no answer');
	expect(heads(event['exception.stacktrace'])).toEqual([
		'Error: no answer',
		'Caused by: TypeError: fetch failed',
		'Caused by: Error: connect ECONNREFUSED 127.0.0.1:9',
	]);
});

it('the stack has those of the errors of an AggregateError, and causes that are no errors', () => {
	const all = new AggregateError([new Error('first'), new Error('second', { cause: 'a text' })], 'All rejected');
	expect(heads(recorded(all)['exception.stacktrace'])).toEqual([
		'AggregateError: All rejected',
		'Error 1: Error: first',
		'Error 2: Error: second',
		'Caused by: a text',
	]);
});

it('a cycle of causes ends, and so does a chain of thousands', () => {
	const [a, b] = [new Error('a'), new Error('b')];
	a.cause = b;
	b.cause = a;
	expect(heads(recorded(a)['exception.stacktrace'])).toEqual(['Error: a', 'Caused by: Error: b']);
	t.clear();
	let chain = new Error('0');
	for (let i = 1; i < 5000; i++) chain = new Error(String(i), { cause: chain });
	const stack = String(recorded(chain)['exception.stacktrace']);
	expect(heads(stack).slice(0, 3)).toEqual(['Error: 4999', 'Caused by: Error: 4998', 'Caused by: Error: 4997']);
	expect([heads(stack).length <= 16, stack.length <= 16_384 + 40]).toEqual([true, true]);
});

it('a getter that throws among the causes loses nothing else', () => {
	const error = new Error('kept');
	Object.defineProperty(error, 'cause', {
		get() {
			throw new Error('no');
		},
	});
	expect(heads(recorded(error)['exception.stacktrace'])).toEqual(['Error: kept']);
});

it('a message, a status and a stack are cut at 16,384 characters, at a blank', () => {
	const { status, ...event } = recorded(new Error(`response: ${'word '.repeat(400_000)}`));
	for (const text of [event['exception.message'], event['exception.stacktrace'], status]) {
		expect(String(text).length).toBeLessThanOrEqual(16_384 + 40);
		expect(text).toMatch(/word …\[cut \d+ characters\]$/);
	}
});

it('a secret that the cut goes through is not left in part', () => {
	const secret = `sk-proj-${'A1b2C3d4'.repeat(20)}`;
	const message = `${'x '.repeat(8_180)}${secret} and more ${'y '.repeat(20_000)}`;
	expect(JSON.stringify(recorded(new Error(message)))).not.toContain('sk-proj-A1b2');
});
