import { expect, it } from '@jest/globals';
import type { DataPoint } from '@opentelemetry/sdk-metrics';
import { Aspect, Metered, metered, Resolver, Traced, traced, Untraced } from '../../index.js';
import { withSdk } from './each.js';
import { collected, timeline } from './harness.js';

withSdk();

/** Returns the points of `agentese.invocations` for paths of one holon, as path, outcome, further labels and value. */
async function series(holon: string): Promise<unknown[][]> {
	const points = (await collected())
		.filter(({ descriptor }) => descriptor.name === 'agentese.invocations')
		.flatMap(({ dataPoints }): readonly DataPoint<unknown>[] => dataPoints);
	return points
		.flatMap(({ attributes, value }) => {
			const { 'agentese.path': path, 'agentese.outcome': outcome, 'agentese.context': _, ...more } = attributes;
			return String(path).startsWith(`self.${holon}.`) ? [[path, outcome, ...Object.values(more), value]] : [];
		})
		.sort();
}

/** Begins a collection, so that the next one has the series of classes that were declared since. */
const reading = async () => void (await collected());

it('both verdicts of each declared path exist at 0 before its first call', async () => {
	@Resolver('self.declared')
	class Declared {
		@Aspect
		@Traced()
		ask(): void {}

		@Metered()
		count(): void {}

		@Traced({ metered: false })
		quiet(): void {}

		@Untraced
		hidden(): void {}

		@Traced({ when: () => false })
		sometimes(): void {}

		@Metered({ attributes: { tier: { values: ['free', 'pro'], from: () => 'free' } } })
		priced(): void {}
	}
	// The first call of any method creates the instruments.
	metered(() => undefined)();
	await reading();
	expect(await series('declared')).toEqual([
		['self.declared.ask', 'error', 0],
		['self.declared.ask', 'ok', 0],
		['self.declared.count', 'error', 0],
		['self.declared.count', 'ok', 0],
		['self.declared.priced', 'error', 'free', 0],
		['self.declared.priced', 'error', 'pro', 0],
		['self.declared.priced', 'ok', 'free', 0],
		['self.declared.priced', 'ok', 'pro', 0],
		['self.declared.sometimes', 'error', 0],
		['self.declared.sometimes', 'ok', 0],
	]);
	new Declared().ask();
	expect((await timeline()).map(({ name }) => name)).toEqual(['agentese.invoke']);
	expect((await series('declared')).slice(0, 2)).toEqual([
		['self.declared.ask', 'error', 0],
		['self.declared.ask', 'ok', 1],
	]);
});

it('a class that is declared later, and a function with a path, have theirs at the next collection', async () => {
	metered(() => undefined)();
	await reading();
	expect(await series('later')).toEqual([]);
	@Resolver('self.later')
	class Later {
		@Traced()
		ask(): void {}
	}
	traced(() => undefined, { path: 'self.later.run' });
	expect(Later.name).toBe('Later');
	expect(await series('later')).toEqual([
		['self.later.ask', 'error', 0],
		['self.later.ask', 'ok', 0],
		['self.later.run', 'error', 0],
		['self.later.run', 'ok', 0],
	]);
});

it('a method with more than 20 sets of declared values has the first 20', async () => {
	const values = Array.from({ length: 7 }, (_, i) => `v${i}`);
	@Resolver('self.many')
	class Many {
		@Metered({ attributes: { one: { values, from: () => 'v0' }, two: { values, from: () => 'v0' } } })
		ask(): void {}
	}
	expect(Many.name).toBe('Many');
	metered(() => undefined)();
	await reading();
	expect(await series('many')).toHaveLength(2 * 20);
});
