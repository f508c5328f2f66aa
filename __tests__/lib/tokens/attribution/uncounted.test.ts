import { expect, it } from '@jest/globals';
import { type Attributes, trace } from '@opentelemetry/api';
import { Metered, Resolver, recordTokens, traced } from '../../../../index.js';
import { abandonOpenSettlements } from '../../../../lib/settling/common/finalization.js';
import { withSdk } from '../../../contract/each.js';
import { points, settled, timeline } from '../../../contract/harness.js';

withSdk();

const counted = async () =>
	Object.fromEntries(
		(await points())
			.filter(({ name }) => name === 'agentese.tokens')
			.map(({ labels, value }) => [labels['agentese.path'], value]),
	);

/** An invocation that stays open until `end()` is called, and spends tokens before and after. */
function agent(path: string) {
	const gate = Promise.withResolvers<void>();
	const work = async () => {
		recordTokens({ input: 5 });
		await gate.promise;
		recordTokens({ input: 2 });
	};
	return { end: gate.resolve, ended: traced(work, { path })() };
}

it('the tokens of an open invocation are counted at a shutdown, and not again when it ends', async () => {
	const { end, ended } = agent('self.agent.act');
	expect(await counted()).toEqual({});
	abandonOpenSettlements();
	expect(await counted()).toEqual({ 'self.agent.act': 5 });
	abandonOpenSettlements();
	end();
	await ended;
	abandonOpenSettlements();
	expect(await counted()).toEqual({ 'self.agent.act': 7 });
	expect((await timeline()).map(({ attributes }) => attributes['agentese.tokens.in'])).toEqual([7]);
});

it('the span of an invocation that a shutdown interrupts has the tokens of that invocation', async () => {
	const gate = Promise.withResolvers<void>();
	const spans: { attributes?: Attributes }[] = [];
	@Resolver('self.tool')
	class Tool {
		@Metered()
		async act() {
			recordTokens({ input: 100 });
			await gate.promise;
		}
	}
	const ended = traced(
		async () => {
			spans.push(trace.getActiveSpan() as object);
			recordTokens({ input: 5 });
			await new Tool().act();
		},
		{ path: 'self.agent.act' },
	)();
	await settled();
	expect(spans[0]?.attributes?.['agentese.tokens.in']).toBeUndefined();
	abandonOpenSettlements();
	// The tokens of the invocation below, which has no span, are in the total only.
	expect(spans[0]?.attributes).toMatchObject({ 'agentese.tokens.in': 5, 'agentese.tokens.total.in': 105 });
	gate.resolve();
	await ended;
	expect((await timeline()).length).toBe(1);
});

it('an application whose invocations never end keeps a limited number of them', async () => {
	const agents = Array.from({ length: 1200 }, () => agent('self.agent.act'));
	await settled();
	expect(await counted()).toEqual({ 'self.agent.act': 200 * 5 });
	for (const { end } of agents) end();
	await Promise.all(agents.map(({ ended }) => ended));
	expect(await counted()).toEqual({ 'self.agent.act': 1200 * 7 });
	expect((await timeline()).length).toBe(1200);
});
