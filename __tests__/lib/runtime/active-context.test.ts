import { afterEach, describe, expect, it } from '@jest/globals';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { activeContext, runInContext } from '../../../lib/runtime/active-context.js';

const KEY = createContextKey('carry.test');

async function valuesOnTheWay(): Promise<unknown[]> {
	const seen = [activeContext().getValue(KEY)];
	await null;
	seen.push(activeContext().getValue(KEY));
	await new Promise((resolve) => setTimeout(resolve, 1));
	return [...seen, activeContext().getValue(KEY)];
}

describe('carrying a context', () => {
	afterEach(() => context.disable());

	it('follows an asynchronous flow without a context manager', async () => {
		const ctx = ROOT_CONTEXT.setValue(KEY, 1);
		expect(await runInContext(ctx, valuesOnTheWay, undefined, [])).toEqual([1, 1, 1]);
		expect(activeContext()).toBe(ROOT_CONTEXT);
	});

	it('uses the context manager that is registered, also one that comes later', async () => {
		runInContext(ROOT_CONTEXT.setValue(KEY, 0), () => undefined, undefined, []);
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		const ctx = ROOT_CONTEXT.setValue(KEY, 2);
		expect(await runInContext(ctx, valuesOnTheWay, undefined, [])).toEqual([2, 2, 2]);
		runInContext(ctx, () => expect(context.active()).toBe(ctx), undefined, []);
	});

	it('goes on without one after it was removed', async () => {
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		context.disable();
		expect(await runInContext(ROOT_CONTEXT.setValue(KEY, 3), valuesOnTheWay, undefined, [])).toEqual([3, 3, 3]);
	});

	it('passes this, arguments, results and errors through', () => {
		const self = {};
		const error = new Error('mine');
		const call = function (this: unknown, ...args: number[]) {
			return [this, ...args];
		};
		const fail = () => {
			throw error;
		};
		for (const start of [
			() => {},
			() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()),
		]) {
			start();
			expect(runInContext(ROOT_CONTEXT, call, self, [1, 2])).toEqual([self, 1, 2]);
			expect(() => runInContext(ROOT_CONTEXT, fail, undefined, [])).toThrow(error);
		}
	});
});
