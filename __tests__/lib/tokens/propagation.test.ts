import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { addTokensFrom, answerWithTokens, recordTokens, traced } from '../../../index.js';
import { withSdk } from '../../contract/each.js';
import { loggedMessages, points, timeline } from '../../contract/harness.js';

withSdk();

const ask = (path: string, body: () => unknown) => traced(body, { path });
const attributes = async () =>
	(await timeline()).map(({ attributes: a }) => [
		a['agentese.path'],
		a['agentese.tokens.in'],
		a['agentese.tokens.total.in'],
		a['agentese.tokens.total.out'],
	]);

describe('tokens of another process', () => {
	it('are in the totals of the calling process, and not in its own counts', async () => {
		const callee = fork(fileURLToPath(new URL('./callee.child.ts', import.meta.url)), {
			execArgv: ['--import', 'tsx'],
		});
		const [port] = await once(callee, 'message');
		try {
			const call = async () => {
				const { headers } = await fetch(`http://127.0.0.1:${port}/`);
				addTokensFrom(headers);
			};
			const inner = ask('self.inner.ask', () => Promise.all([call(), call()]));
			await ask('self.outer.ask', async () => {
				recordTokens({ input: 1, output: 1 });
				await inner();
			})();
		} finally {
			callee.disconnect();
			await once(callee, 'exit');
		}
		const [outer] = await timeline();
		expect(outer?.attributes).toMatchObject({
			'agentese.tokens.in': 1,
			'agentese.tokens.total.in': 91,
			'agentese.tokens.total.out': 11,
		});
		expect(outer?.children[0]?.attributes).toMatchObject({
			'agentese.tokens.total.in': 90,
			'agentese.tokens.total.out': 10,
		});
		expect(outer?.children[0]?.attributes['agentese.tokens.in']).toBeUndefined();
		const counted = (await points()).filter(({ name }) => name === 'agentese.tokens');
		expect(counted.map(({ value }) => value)).toEqual([1, 1]);
	});

	it.each([
		['Headers', () => new Headers()],
		['a plain object', () => ({}) as Record<string, string>],
	])('pass through %s, also if the handler fails, and also in nested calls of answerWithTokens', async (_, make) => {
		const headers = make();
		const within = make();
		const failing = answerWithTokens(headers, async () => {
			recordTokens({ input: 2, output: 1 });
			await answerWithTokens(
				within,
				ask('self.inner.ask', () => recordTokens({ input: 7, output: 0 })),
			);
			throw new Error('too late');
		});
		await expect(failing).rejects.toThrow('too late');
		ask('self.one.ask', () => addTokensFrom(headers))();
		ask('self.two.ask', () => addTokensFrom(within))();
		expect(await attributes()).toEqual([
			['self.inner.ask', 7, undefined, undefined],
			['self.one.ask', undefined, 9, 1],
			['self.two.ask', undefined, 7, 0],
		]);
	});

	it('are passed on to the process that called this one', async () => {
		const [toMiddle, toFirst] = [new Headers(), new Headers()];
		await answerWithTokens(
			toMiddle,
			ask('self.last.ask', () => recordTokens({ input: 700, output: 70 })),
		);
		const middle = ask('self.middle.ask', async () => {
			addTokensFrom(toMiddle);
			recordTokens({ input: 7, output: 1 });
		});
		await answerWithTokens(toFirst, middle);
		ask('self.first.ask', () => addTokensFrom(toFirst))();
		expect(await attributes()).toEqual([
			['self.last.ask', 700, undefined, undefined],
			['self.middle.ask', 7, 707, 71],
			['self.first.ask', undefined, 707, 71],
		]);
		// A process without an invocation, such as a gateway, passes them on too.
		await answerWithTokens(toFirst, () => addTokensFrom(toMiddle));
		expect(toFirst.get('agentese-tokens')).toBe('in=700,out=70');
	});

	it.each([
		undefined,
		null,
		7,
		{},
		{ 'agentese-tokens': 'in=-1,out=2' },
		{ 'agentese-tokens': ['in=1,out=2'] },
		new Proxy(
			{},
			{
				get: () => {
					throw new Error('no');
				},
			},
		),
	])('that cannot be read (%#) are ignored, and nothing throws', async (headers) => {
		ask('self.one.ask', () => addTokensFrom(headers))();
		addTokensFrom({ 'agentese-tokens': 'in=1,out=2' });
		expect(await attributes()).toEqual([['self.one.ask', undefined, undefined, undefined]]);
	});

	it('are not sent after the headers, and a warning is logged once', async () => {
		const sent = {
			headersSent: true,
			setHeader: () => {
				throw new Error('sent');
			},
		};
		expect(
			await answerWithTokens(sent, () => {
				recordTokens({ input: 1 });
				return 5;
			}),
		).toBe(5);
		expect(loggedMessages().filter((line) => line.includes('headers were sent')).length).toBe(1);
	});
});
