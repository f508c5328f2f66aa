import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { metrics } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { currentInvocation, type Invocation, Metered, Resolver, Traced, traced, traceInvocation } from '../../index.js';
import { dropSdk, loggedMessages, points, startSdk, stopSdk } from './harness.js';

beforeEach(() => startSdk());
afterEach(() => dropSdk());

@Resolver('world.town.:citizen')
class Citizen {
	@Traced
	traced(times = 1): void {
		for (let i = 0; i < times; i++) currentInvocation()?.count('app.retries');
	}
	@Metered
	metered(): void {
		currentInvocation()?.count('app.bytes', 10.5).count('app.bytes', 0);
	}
}

/** The points of the application's counters: name, labels and value. */
async function counted(): Promise<unknown[]> {
	return (await points())
		.filter(({ name }) => !name.startsWith('agentese.'))
		.map(({ name, labels, value }) => [name, labels, value]);
}

/** The messages that begin with a text. Each is logged once in a process. */
function logged(begin: string): string[] {
	return loggedMessages().flatMap((line) => (line.includes(begin) ? [line.slice(line.indexOf(begin))] : []));
}

const label = (aspect: string) => ({
	'agentese.path': `world.town.:citizen.${aspect}`,
	'agentese.context': 'world',
});

describe('count()', () => {
	it('adds to a counter with the path and the context of the invocation', async () => {
		new Citizen().traced(2);
		new Citizen().traced();
		new Citizen().metered();
		expect(await counted()).toEqual([
			['app.bytes', label('metered'), 10.5],
			['app.retries', label('traced'), 3],
		]);
	});

	it('has the name of the function without a path', async () => {
		traced(function sweep() {
			currentInvocation()?.count('app.swept');
		})();
		expect(await counted()).toEqual([['app.swept', { 'code.function.name': 'sweep' }, 1]]);
	});

	it('counts calls that are not sampled, and after the end', async () => {
		await stopSdk();
		startSdk({ sampler: new AlwaysOffSampler() });
		let ended: Invocation | undefined;
		traceInvocation('self.soul.ask', (invocation) => {
			ended = invocation.count('app.asked');
		});
		ended?.count('app.asked').root.count('app.asked');
		expect(await counted()).toEqual([
			['app.asked', { 'agentese.path': 'self.soul.ask', 'agentese.context': 'self' }, 3],
		]);
	});

	it('does nothing without a meter provider', async () => {
		await stopSdk();
		startSdk({ metrics: false });
		expect(traceInvocation('self.soul.ask', (invocation) => invocation.count('app.asked') === invocation)).toBe(true);
	});

	it('logs a wrong name and a wrong amount, once each', () => {
		traceInvocation('self.soul.ask', (invocation) => void invocation.count('app retries').count('').count('app.x', -1));
		expect(logged('count()')).toEqual([
			"count() accepts the name of a counter: a letter, then up to 254 letters, digits, '_', '.', '-' and '/', and not 'agentese.' at its begin, which belongs to the toolkit. It got 'app retries', which is ignored. Write count('app.retries').",
			'count() increases a counter by a finite number of at least 0; it got -1, which is ignored.',
		]);
	});

	it.each<[unknown, unknown]>([
		['', 1],
		['agentese.retries', 1],
		['app retries', 1],
		['1app', 1],
		['a'.repeat(256), 1],
		[7, 1],
		[undefined, undefined],
		['app.retries', -1],
		['app.retries', Number.NaN],
		['app.retries', Number.POSITIVE_INFINITY],
		['app.retries', '2'],
	])('ignores %p and %p', async (name, by) => {
		traceInvocation('self.soul.ask', (invocation) => void invocation.count(name as string, by as number));
		expect(await counted()).toEqual([]);
	});

	it('counts up to 100 names, and logs the 101st once', async () => {
		traceInvocation('self.soul.ask', (invocation) => {
			for (let id = 0; id < 103; id++) invocation.count(`app.of.${id}`);
			invocation.count('app.of.0');
		});
		expect(await counted()).toHaveLength(100);
		expect(logged('count()')).toEqual([
			'count() got more than 100 different names; the others are ignored. Write a constant name, without ids.',
		]);
	});
});

describe('metricAttributes', () => {
	it('are the labels of the method for an instrument of the application; the template, no id', async () => {
		const meter = metrics.getMeter('app').createHistogram('app.size');
		const seen = traceInvocation('world.town.kent.ask', { template: 'world.town.:citizen.ask' }, (invocation) => {
			meter.record(7, { ...invocation.metricAttributes, kind: 'big' });
			return invocation.metricAttributes;
		});
		expect(seen).toEqual(label('ask'));
		expect(Object.isFrozen(seen)).toBe(true);
		expect(await counted()).toEqual([['app.size', { ...label('ask'), kind: 'big' }, 1]]);
	});
});
