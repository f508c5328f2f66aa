import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { recordTokens, traced } from '../../index.js';
import { matchers, type TestTelemetry, testTelemetry } from '../../testing/index.js';

expect.extend(matchers);

class NotFound extends Error {
	override readonly name = 'NotFound';
}

let t: TestTelemetry;
beforeEach(async () => {
	t = await testTelemetry();
	traced(() => recordTokens({ input: 3, output: 4 }), { path: 'self.soul.ask', attributes: () => ({ 'app.x': 1 }) })();
	const fail = traced(
		() => {
			throw new NotFound('no bed 7');
		},
		{ path: 'world.garden.prune' },
	);
	expect(fail).toThrow(NotFound);
});
afterEach(() => t.stop());

/** Returns the message of a failed expectation. */
function failureOf(expectation: () => void): string {
	try {
		expectation();
	} catch (error) {
		return (error as Error).message;
	}
	throw new Error('the expectation was met');
}

describe('toHaveInvoked', () => {
	it('passes for a path, a pattern, a number and what an invocation has', () => {
		expect(t).toHaveInvoked('self.soul.ask');
		expect(t).toHaveInvoked('**', 2);
		expect(t).toHaveInvoked('self.*.ask', {
			outcome: 'ok',
			observer: 'anonymous',
			attributes: { 'app.x': 1 },
			times: 1,
		});
		expect(t).not.toHaveInvoked('self.soul.asks');
		expect(t).not.toHaveInvoked('self.soul.ask', { outcome: 'error' });
		expect(t).toHaveInvoked('self.soul.ask', { outcome: 'error', times: 0 });
	});

	it('lists what there was', () => {
		expect(failureOf(() => expect(t).toHaveInvoked('self.soul.asks'))).toBe(
			'Expected an invocation of "self.soul.asks", got 0. Recorded: self.soul.ask, world.garden.prune.',
		);
		expect(failureOf(() => expect(t).toHaveInvoked('self.soul.ask', { outcome: 'error' }))).toContain(
			`Expected an invocation of "self.soul.ask" with { outcome: 'error' }, got 0.`,
		);
		expect(failureOf(() => expect(t).not.toHaveInvoked('self.soul.ask'))).toContain('Expected not an invocation');
		expect(failureOf(() => expect(7).toHaveInvoked('a.b.c'))).toContain('needs what testTelemetry() returned');
	});
});

describe('toHaveSpent', () => {
	it('passes for sums, directions, paths and one invocation', () => {
		expect(t).toHaveSpent(7);
		expect(t).toHaveSpent({ input: 3 });
		expect(t).toHaveSpent('self.soul.ask', { input: 3, output: 4 });
		expect(t).toHaveSpent('world.**', 0);
		expect(t.invocation('self.soul.ask')).toHaveSpent(7);
		expect(t).not.toHaveSpent(8);
	});

	it('names what was spent', () => {
		expect(failureOf(() => expect(t).toHaveSpent('self.soul.ask', { input: 4 }))).toBe(
			'Expected "self.soul.ask" to have spent { input: 4 } tokens, got { input: 3, output: 4 }.',
		);
	});
});

describe('toHaveFailedWith', () => {
	it('passes for a class, a type, a pattern, an error, and any', () => {
		for (const error of [NotFound, 'NotFound', /bed \d/, new NotFound('no bed 7'), undefined]) {
			expect(t).toHaveFailedWith('world.garden.prune', error);
			expect(t.invocation('world.garden.prune')).toHaveFailedWith(error);
		}
		expect(t).toHaveFailedWith(NotFound);
		expect(t).toHaveFailedWith(Error);
		expect(t).not.toHaveFailedWith('world.garden.prune', RangeError);
		expect(t).not.toHaveFailedWith('self.soul.ask', undefined);
		expect(t.invocation('self.soul.ask')).not.toHaveFailedWith();
	});

	it('names the errors that there were', () => {
		expect(failureOf(() => expect(t).toHaveFailedWith('world.garden.prune', RangeError))).toBe(
			`Expected "world.garden.prune" to have failed with RangeError, got { type: 'NotFound', name: 'NotFound', message: 'no bed 7' }. ` +
				'Recorded: self.soul.ask, world.garden.prune.',
		);
	});
});
