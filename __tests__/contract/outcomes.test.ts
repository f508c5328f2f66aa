import { describe, expect, it } from '@jest/globals';
import type { Attributes } from '@opentelemetry/api';
import { registerErrorOutcome } from '../../extend-core.js';
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

describe('a cancelled call', () => {
	const mine = new Error('changed my mind');
	const aborted = AbortSignal.abort(mine);
	const named = (name: string, more: object = {}) =>
		Object.assign(new Error('Request was aborted.'), { name, ...more });

	it.each([
		['the reason in a signal two levels deep', mine, [{ request: { signal: aborted } }]],
		['an error with the reason among its causes', new Error('fetch failed', { cause: mine }), [aborted]],
		[
			'an AggregateError with the reason among its errors',
			new AggregateError([new Error('other'), mine], 'all failed'),
			[{ options: { signal: aborted } }],
		],
		['the abort error of OpenAI and Anthropic', named('APIUserAbortError'), [{ signal: aborted }]],
		['that of axios', named('CanceledError', { code: 'ERR_CANCELED' }), [{ signal: aborted }]],
		['that of Node', named('Error', { code: 'ABORT_ERR' }), [aborted]],
		['an abort error without any signal', named('APIUserAbortError'), []],
	])('is %s', async (_, thrown, args) => {
		await cancelled(thrown, ...args);
	});

	const timeout = AbortSignal.abort(new DOMException('too slow', 'TimeoutError'));

	it('is no abort error after a timeout, and no value', async () => {
		const thrown = named('APIUserAbortError');
		expect(() => ask(throws(thrown))('idea', { signal: timeout })).toThrow(thrown);
		expect(ask(() => 1)('idea', aborted)).toBe(1);
		const outcomes = (await timeline()).map(({ attributes }) => attributes['agentese.outcome']);
		expect(outcomes).toEqual(['error', 'ok']);
	});

	it('is a stream that ends after the abort, though its client ends it without an error', async () => {
		const controller = new AbortController();
		async function* swallows(_: unknown, { signal }: { signal: AbortSignal }) {
			while (!signal.aborted) yield 1;
		}
		const stream = ask(swallows as never)('idea', { signal: controller.signal }) as AsyncIterable<number>;
		for await (const _ of stream) controller.abort();
		const whole = ask(swallows as never)('idea', { signal: AbortSignal.any([]) }) as AsyncGenerator<number>;
		await whole.next();
		await whole.return(undefined);
		const untouched = ask(async function* () {} as never)('idea', {
			signal: new AbortController().signal,
		}) as AsyncIterable<number>;
		for await (const _ of untouched);
		const outcomes = (await timeline()).map(({ attributes }) => attributes['agentese.outcome']);
		expect(outcomes).toEqual(['cancelled', 'cancelled', 'ok']);
	});
});

describe('what frameworks throw to leave a function', () => {
	class Redirect {
		readonly status = 303;
		readonly location = '/login';
	}
	const named = (name: string) => Object.assign(new Error(name), { name });

	it.each([
		['a redirect of Next.js', Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;push;/;307;' }), 'ok'],
		['a not-found page of Next.js', Object.assign(new Error('x'), { digest: 'NEXT_HTTP_ERROR_FALLBACK;404' }), 'ok'],
		['a thrown Response', new Response('', { status: 404 }), 'ok'],
		['a redirect of SvelteKit', new Redirect(), 'ok'],
		["LangGraph's interrupt()", named('GraphInterrupt'), 'suspended'],
		['a thrown promise', Promise.resolve(), 'suspended'],
	])('%s is no failure', async (_, thrown, outcome) => {
		let caught: unknown;
		try {
			ask(throws(thrown))();
		} catch (error) {
			caught = error;
		}
		expect(caught).toBe(thrown);
		const status = outcome === 'ok' ? 'OK' : 'UNSET';
		expect(await timeline()).toEqual([seen(outcome, {}, { status })]);
		expect(await points()).toEqual(counted(LABELS, outcome));
	});

	it('a Response of 500 is a failure', async () => {
		expect(() => ask(throws(new Response('', { status: 500 })))()).toThrow();
		expect((await timeline()).map(({ attributes }) => attributes['agentese.outcome'])).toEqual(['error']);
	});

	it('is what registerErrorOutcome adds, until it is removed; one that throws or returns nonsense is ignored', async () => {
		class Paused extends Error {}
		const outcomes: unknown[] = [];
		const once = async () => {
			expect(() => ask(throws(new Paused('later')))()).toThrow('later');
			outcomes.push(...(await timeline()).map(({ attributes }) => attributes['agentese.outcome']));
		};
		const unregister = registerErrorOutcome((error) => (error instanceof Paused ? 'suspended' : undefined));
		await once();
		unregister();
		await once();
		const others = [
			registerErrorOutcome(() => 'sideways' as never),
			registerErrorOutcome(() => {
				throw new Error('broken');
			}),
		];
		await once();
		for (const remove of others) remove();
		expect(outcomes).toEqual(['suspended', 'error', 'error']);
		expect(() => registerErrorOutcome('cancelled' as never)).toThrow('registerErrorOutcome() accepts a function');
	});
});

describe('error.type', () => {
	it('of a DOMException is its name', async () => {
		const thrown = new DOMException('too slow', 'TimeoutError');
		expect(() => ask(throws(thrown))()).toThrow(thrown);
		expect((await timeline()).map(({ attributes }) => attributes['error.type'])).toEqual(['TimeoutError']);
	});
});
