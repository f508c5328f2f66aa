import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { propagation } from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import {
	Aspect,
	createLogos,
	currentInvocation,
	injectContext,
	Resolver,
	startInvocation,
	Traced,
	traced,
	traceInvocation,
	withObserver,
} from '../../index.js';
import { configureTracing } from '../../lib/invocation/settings.js';
import { dropSdk, loggedMessages, startSdk, timeline } from './harness.js';

beforeEach(() => startSdk());
afterEach(() => dropSdk());

const KENT = { id: 'kent', archetype: 'gardener', sessionId: 's1' };
const PATH = 'self.mirror.look';

@Resolver('self.mirror')
class Mirror {
	@Aspect()
	@Traced()
	look(_umwelt?: unknown): string | undefined {
		return currentInvocation()?.observer.id;
	}
	@Traced()
	async later(umwelt?: unknown): Promise<(string | undefined)[]> {
		await sleep(1);
		return [this.look(umwelt), this.look(), this.look({ id: 'eve' }), withObserver({ id: 'ada' }, () => this.look())];
	}
}
const mirror = new Mirror();
const helper = traced(() => currentInvocation()?.observer.id, { name: 'helper' });
const block = () => traceInvocation(PATH, ({ observer }) => observer.id);

describe('withObserver', () => {
	it('gives its observer to every invocation below that is given none', async () => {
		const seen = await withObserver(KENT, async () => {
			await sleep(1);
			const open = startInvocation(PATH);
			open.end();
			return [
				mirror.look(),
				mirror.look({ id: 'ada' }),
				mirror.look(null),
				helper(),
				block(),
				open.invocation.observer.id,
				await createLogos([mirror]).invoke('self.mirror.look'),
				...(await mirror.later()),
			];
		});
		expect(seen).toEqual([
			'kent',
			'ada',
			'anonymous',
			'kent',
			'kent',
			'kent',
			'kent',
			...['kent', 'kent', 'eve', 'ada'],
		]);
		expect([mirror.look(), block()]).toEqual(['anonymous', 'anonymous']);
		const spans = await timeline();
		expect(spans[0]?.attributes).toMatchObject({
			'agentese.observer': 'kent',
			'agentese.archetype': 'gardener',
			'session.id': 's1',
		});
	});

	it('is nearer than the invocation around it, and farther than that inside it', () => {
		const seen = traceInvocation(PATH, { observer: { id: 'ada' } }, () =>
			withObserver({ id: 'kent' }, () => [
				block(),
				traceInvocation(PATH, { observer: { id: 'eve' } }, () => [block(), helper()]),
				withObserver({ dna: { name: 'bob' } }, () => [
					block(),
					withObserver(undefined, block),
					withObserver(null, block),
				]),
				block(),
			]),
		);
		expect(seen).toEqual(['kent', ['eve', 'eve'], ['bob', 'bob', 'anonymous'], 'kent']);
	});

	it('keeps its observer in work that outlives its function and its invocation', async () => {
		let late: Promise<string> | undefined;
		withObserver({ userId: 7 }, () =>
			traceInvocation(PATH, () => {
				late = sleep(2).then(block);
			}),
		);
		expect(await late).toBe('7');
	});

	it('returns and throws what its function does, and leaves the observer if it is given none', async () => {
		expect(withObserver('kent', () => 'ran')).toBe('ran');
		expect(withObserver({}, block)).toBe('anonymous');
		expect(withObserver(undefined, () => 1)).toBe(1);
		expect(loggedMessages()).toEqual([
			expect.stringContaining(
				'withObserver() accepts an object with id, archetype or dna, null or undefined; it got string',
			),
		]);
		await expect(withObserver(KENT, () => Promise.reject(new RangeError('mine')))).rejects.toThrow(RangeError);
		expect(() => withObserver(KENT, undefined as never)).toThrow(
			new TypeError('withObserver() needs a function as its last argument, which it runs; it got undefined.'),
		);
	});

	it('writes the observer into baggage if the configuration lists it', () => {
		propagation.setGlobalPropagator(new W3CBaggagePropagator());
		const read = () => withObserver(KENT, () => injectContext());
		const without = read();
		const restore = configureTracing({ baggage: ['agentese.observer'] });
		const listed = [read(), withObserver(KENT, () => withObserver(null, () => injectContext()))];
		restore();
		propagation.disable();
		expect([without, ...listed]).toEqual([
			{},
			{ baggage: 'agentese.observer=kent' },
			{ baggage: 'agentese.observer=anonymous' },
		]);
	});

	it('works without an SDK', async () => {
		dropSdk();
		expect(
			await withObserver(KENT, async () => {
				await sleep(1);
				return block();
			}),
		).toBe('kent');
		startSdk();
	});
});
