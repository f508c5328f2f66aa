import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { currentInvocation, type Invocation, Resolver, Traced } from '../../../index.js';

@Resolver('self.loop')
class Loop {
	seen: (Invocation | undefined)[] = [];

	/** An agent that schedules itself: each run starts in the context of the previous one, which has ended. */
	@Traced()
	tick(umwelt: unknown, left: number): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.seen.push(currentInvocation());
		setTimeout(() => resolve(left === 0 ? undefined : this.tick(umwelt, left - 1)), 0);
		return left === 0 ? promise : Promise.resolve().then(() => void promise);
	}

	@Traced()
	late(_umwelt: unknown, _large: object): Promise<Invocation | undefined> {
		return new Promise((resolve) => resolve(currentInvocation()));
	}

	@Traced()
	inner(): Invocation | undefined {
		return currentInvocation();
	}
}

describe('an ended invocation', () => {
	beforeEach(() => {
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [] }));
	});
	afterEach(() => {
		trace.disable();
		context.disable();
	});

	it('is not kept by the invocations that follow it', async () => {
		const loop = new Loop();
		void loop.tick({ id: 'kent' }, 5);
		while (loop.seen.length < 6) await new Promise((resolve) => setTimeout(resolve, 1));
		await new Promise((resolve) => setTimeout(resolve, 5));
		const depths = loop.seen.map((one) => {
			let depth = 0;
			for (let at = one?.parent; at !== undefined; at = at.parent) depth++;
			return depth;
		});
		expect(depths).toEqual([0, 0, 0, 0, 0, 0]);
		expect(loop.seen.map((one) => one?.observer.id)).toEqual(Array(6).fill('kent'));
	});

	it('drops its arguments, and keeps its observer', async () => {
		const ended = await new Loop().late({ id: 'kent', archetype: 'gardener' }, { large: true });
		expect(ended?.args).toEqual([]);
		expect(ended?.observer).toEqual({ id: 'kent', archetype: 'gardener' });
		expect(ended?.path).toBe('self.loop.late');
	});

	it('passes its observer to an invocation below it without an umwelt', () => {
		expect(new Loop().inner()?.observer).toEqual({ id: 'anonymous', archetype: 'guest' });
	});
});
