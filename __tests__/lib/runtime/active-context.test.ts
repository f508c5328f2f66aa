import { afterEach, describe, expect, it } from '@jest/globals';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { activeContext, runInContext } from '../../../lib/runtime/active-context.js';

const KEY = createContextKey('active-context.test');

async function valuesAlongTheFlow(): Promise<unknown[]> {
	const values = [activeContext().getValue(KEY)];
	await null;
	values.push(activeContext().getValue(KEY));
	await new Promise((resolve) => setTimeout(resolve, 1));
	return [...values, activeContext().getValue(KEY)];
}

describe('activeContext() and runInContext()', () => {
	afterEach(() => context.disable());

	it('follow an asynchronous flow without a context manager', async () => {
		const ctx = ROOT_CONTEXT.setValue(KEY, 1);
		expect(await runInContext(ctx, valuesAlongTheFlow, undefined, [])).toEqual([1, 1, 1]);
		expect(activeContext()).toBe(ROOT_CONTEXT);
	});

	it('use the registered context manager, also one that is registered later', async () => {
		runInContext(ROOT_CONTEXT.setValue(KEY, 0), () => undefined, undefined, []);
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		const ctx = ROOT_CONTEXT.setValue(KEY, 2);
		expect(await runInContext(ctx, valuesAlongTheFlow, undefined, [])).toEqual([2, 2, 2]);
		runInContext(ctx, () => expect(context.active()).toBe(ctx), undefined, []);
	});

	it('work without a context manager after it was removed', async () => {
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		context.disable();
		expect(await runInContext(ROOT_CONTEXT.setValue(KEY, 3), valuesAlongTheFlow, undefined, [])).toEqual([3, 3, 3]);
	});

	it('pass this, arguments, results and errors through', () => {
		const self = {};
		const error = new Error('mine');
		const call = function (this: unknown, ...args: number[]) {
			return [this, ...args];
		};
		const fail = () => {
			throw error;
		};
		for (const setUp of [
			() => {},
			() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()),
		]) {
			setUp();
			expect(runInContext(ROOT_CONTEXT, call, self, [1, 2])).toEqual([self, 1, 2]);
			expect(() => runInContext(ROOT_CONTEXT, fail, undefined, [])).toThrow(error);
		}
	});
});
