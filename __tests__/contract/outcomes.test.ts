import { describe, expect, it } from '@jest/globals';
import type { Attributes } from '@opentelemetry/api';
import { metered, startInvocation, type TracedOptions, traced } from '../../index.js';
import { withSdk } from './each.js';
import { counted, failure, pathAttributes, pathLabels, span } from './expected.js';
import { points, type RecordedSpan, timeline } from './harness.js';

withSdk();

const PATH = 'self.soul.ask';
const LABELS = pathLabels(PATH);

const ask = (body: (...args: never[]) => unknown, options: TracedOptions = {}) =>
	metered(traced(Object.defineProperty(body, 'name', { value: 'ask' }), { path: PATH, ...options })) as (
		...args: unknown[]
	) => unknown;

const seen = (outcome: string, attributes: Attributes, rest: Partial<RecordedSpan>): RecordedSpan =>
	span('agentese.invoke', { ...pathAttributes(PATH, 'ask'), 'agentese.outcome': outcome, ...attributes }, rest);

const throws = (thrown: unknown) => () => {
	throw thrown;
};

/** Asserts the outcome of an invocation that throws: its whole span, all metrics, the same error. */
async function cancelled(thrown: unknown, ...args: unknown[]): Promise<void> {
	let caught: unknown;
	try {
		ask(throws(thrown))(...args);
	} catch (error) {
		caught = error;
	}
	expect(caught).toBe(thrown);
	expect(await timeline()).toEqual([seen('cancelled', {}, { status: 'UNSET' })]);
	expect(await points()).toEqual(counted(LABELS, 'cancelled'));
}

async function failed(thrown: unknown, type: string, message: string, how = {}, ...args: unknown[]): Promise<void> {
	expect(() => ask(throws(thrown))(...args)).toThrow();
	expect(await timeline()).toEqual([seen('error', { 'error.type': type }, failure(type, message, how))]);
	expect(await points()).toEqual(counted(LABELS, 'error', { errorType: type }));
}

class TimeoutError extends Error {
	override readonly name = 'TimeoutError';
}

describe('refused', () => {
	class Refusal extends Error {}

	it('is an error that is expected: status unset, no exception event, the same error', async () => {
		const thrown = new Refusal('no');
		const refuse = ask(throws(thrown), { expected: (error) => error instanceof Refusal });
		expect(() => refuse()).toThrow(thrown);
		expect(await timeline()).toEqual([seen('refused', {}, { status: 'UNSET' })]);
		expect(await points()).toEqual(counted(LABELS, 'refused'));
	});

	it('is a value that the refused option selects, of a promise too', async () => {
		const refuse = ask(async () => ({ consent_required: true }), {
			refused: (value: unknown) => (value as { consent_required?: boolean }).consent_required === true,
		} as TracedOptions);
		expect(await refuse()).toEqual({ consent_required: true });
		expect(await timeline()).toEqual([seen('refused', { 'agentese.result': 'Object' }, { status: 'UNSET' })]);
		expect(await points()).toEqual(counted(LABELS, 'refused'));
	});

	it('is no stream that ends without a value, but one that returns a refusal', async () => {
		const refused = (value: unknown) => value === undefined || value === null;
		for await (const _ of ask(() => new Response('a').body, { refused })() as AsyncIterable<string>);
		for (const _ of ask(function* () {}, { refused })() as Iterable<string>);
		for (const _ of ask(
			function* () {
				yield 1;
				return null;
			},
			{ refused },
		)() as Iterable<string>);
		const outcomes = (await timeline()).map(({ attributes }) => attributes['agentese.outcome']);
		expect(outcomes).toEqual(['ok', 'ok', 'refused']);
	});

	it('is no error and no value that neither option selects', async () => {
		expect(() => ask(throws(new Error('no')), { expected: () => false })()).toThrow('no');
		expect(await timeline()).toEqual([seen('error', { 'error.type': 'Error' }, failure('Error', 'no'))]);
	});
});

describe('cancelled', () => {
	it('is an AbortError, of whatever class', async () => {
		await cancelled(Object.assign(new Error('stop'), { name: 'AbortError' }));
	});

	it('is a DOMException named AbortError', async () => {
		await cancelled(new DOMException('stop', 'AbortError'));
	});

	it('is the reason of an aborted signal that was an argument', async () => {
		const controller = new AbortController();
		const reason = new Error('changed my mind');
		controller.abort(reason);
		await cancelled(reason, 'idea', controller.signal);
	});

	it('is the reason of an aborted signal in an argument’s options', async () => {
		const reason = { why: 'nothing' };
		await cancelled(reason, 'idea', { signal: AbortSignal.abort(reason) });
	});

	it('is the reason of a signal that is aborted later', async () => {
		const controller = new AbortController();
		const call = ask((async (_: unknown, signal: AbortSignal) => {
			await null;
			signal.throwIfAborted();
		}) as never)('idea', controller.signal) as Promise<void>;
		controller.abort('later');
		await expect(call).rejects.toBe('later');
		expect(await timeline()).toEqual([seen('cancelled', {}, { status: 'UNSET' })]);
	});

	it('is not another error while a signal is aborted', async () => {
		await failed(new Error('disk'), 'Error', 'disk', {}, AbortSignal.abort('mine'));
	});
});

describe('an error', () => {
	it('is a TimeoutError, also as the reason of a signal', async () => {
		const reason = new TimeoutError('too slow');
		await failed(reason, 'TimeoutError', 'too slow', {}, AbortSignal.abort(reason));
	});

	it('is named by its class', async () => {
		await failed(new RangeError('far'), 'RangeError', 'far');
	});

	it('is named by its code where the code is one', async () => {
		const thrown = Object.assign(new TypeError('bad'), { code: 'ERR_INVALID_ARG_TYPE' });
		await failed(thrown, 'ERR_INVALID_ARG_TYPE', 'bad', { exception: 'TypeError' });
	});

	it.each(['23505', 'lower_case', 'A', 'WITH SPACE', `A${'B'.repeat(64)}`, 7])(
		'is named by its class where the code is %j',
		async (code) => {
			await failed(Object.assign(new Error('bad'), { code }), 'Error', 'bad');
		},
	);

	it('has exactly one exception event, however many invocations it goes through', async () => {
		const thrown = new Error('deep');
		const inner = ask(throws(thrown));
		expect(ask(() => inner())).toThrow(thrown);
		const one = seen('error', { 'error.type': 'Error' }, failure('Error', 'deep'));
		expect(await timeline()).toEqual([{ ...one, children: [one] }]);
		expect(await points()).toEqual(counted(LABELS, 'error', { times: 2, errorType: 'Error' }));
	});
});

describe('unknown', () => {
	/** The span of an invocation that was disposed of. */
	const disposed = (attributes: Attributes = {}) =>
		span(
			'agentese.invoke',
			{ ...pathAttributes(PATH), 'agentese.outcome': 'unknown', ...attributes },
			{ status: 'UNSET' },
		);

	it('is what startInvocation began, if it is disposed of without an end: status unset, no result', async () => {
		expect(() => {
			using _open = startInvocation(PATH);
			throw new Error('on the way');
		}).toThrow('on the way');
		startInvocation(PATH, { result: () => 'result', refused: () => true })[Symbol.dispose]();
		expect(await timeline()).toEqual([disposed(), disposed()]);
		expect(await points()).toEqual(counted(LABELS, 'unknown', { times: 2 }));
	});

	it('is not what was ended, failed or cancelled before', async () => {
		{
			using ended = startInvocation(PATH);
			using failing = startInvocation(PATH);
			using left = startInvocation(PATH);
			ended.end('value');
			failing.fail(new TypeError('no ink'));
			left.cancel();
		}
		const outcomes = (await timeline()).map(({ attributes }) => attributes['agentese.outcome']);
		expect(outcomes).toEqual(['ok', 'error', 'cancelled']);
	});
});
