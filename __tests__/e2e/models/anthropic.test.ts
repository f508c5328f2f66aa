// This file is long because all tests of one client are in one file.
import Anthropic1 from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import { meterModel } from '../../../index.js';
import { problemCounts } from '../../../lib/runtime/log-once.js';
import { failureOf, loggedMessages } from '../../contract/harness.js';
import { allOnOne, ask, recordedTokens } from './counted.js';
import Anthropic0 from './previous/anthropic.js';
import { provided } from './provided.js';
import { failure, message, messageEvents, messageStream, refused, tokenCount } from './servers/anthropic.js';
import { events, inBits, json } from './servers/wire.js';

const MESSAGES = [{ role: 'user' as const, content: 'Hello?' }];
const BODY = { model: 'claude-sonnet-5-5', max_tokens: 100, messages: MESSAGES };
const STREAM = { ...BODY, stream: true as const };

const server = provided();

describe.each([
	['anthropic 1', Anthropic1],
	// The two major versions have the same structure, but their types are unrelated.
	['anthropic 0', Anthropic0 as unknown as typeof Anthropic1],
])('%s:', (_, Anthropic) => {
	const bare = (options: object = {}) =>
		new Anthropic({ apiKey: 'sk-ant-test', baseURL: server.url, maxRetries: 0, ...options });
	const metered = (options: object = {}) => meterModel(bare(options));

	it('plain', async () => {
		server.script(message({ input: 31, output: 7 }));
		const client = bare();
		expect(meterModel(client)).toBe(client);
		const answer = await ask(() => client.messages.create(BODY));
		expect(answer.content[0]).toMatchObject({ type: 'text', text: 'Hello there.' });
		expect(await recordedTokens()).toEqual(allOnOne({ input: 31, output: 7 }));
		expect([server.sent, loggedMessages()]).toEqual([{ input: 31, output: 7 }, []]);
	});

	it('plain, with a cache', async () => {
		server.script(message({ input: 1100, output: 7 }, 'Hello.', { read: 1000, write: 50 }));
		await ask(() => metered().messages.create(BODY));
		expect(await recordedTokens()).toEqual(allOnOne({ input: 1100, output: 7 }));
	});

	it('plain, by each way of its promise', async () => {
		server.script(
			message({ input: 1, output: 2 }),
			message({ input: 10, output: 20 }),
			message({ input: 100, output: 200 }),
		);
		const client = metered();
		await ask(async () => {
			const { data, response } = await client.messages.create(BODY).withResponse();
			expect([data.usage.input_tokens, response.status]).toEqual([1, 200]);
			const raw = await client.messages.create(BODY).asResponse();
			expect(JSON.parse(await raw.clone().text()).type).toBe('message');
			expect(((await raw.json()) as { type: string }).type).toBe('message');
			await client.post('/v1/messages', { body: BODY });
		});
		expect(await recordedTokens()).toEqual(allOnOne(server.sent));
		expect(server.sent).toEqual({ input: 111, output: 222 });
	});

	it('beta', async () => {
		server.script(
			message({ input: 5, output: 6 }),
			messageStream({ input: 7, output: 8 }),
			message({ input: 9, output: 10 }),
		);
		const client = metered();
		await ask(async () => {
			await client.beta.messages.create(BODY);
			for await (const _ of client.beta.messages.stream(BODY));
			await client.messages.parse(BODY);
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 21, output: 24 }));
	});

	it('stream', async () => {
		server.script(messageStream({ input: 25, output: 15 }));
		const before = new Map(problemCounts());
		const types: string[] = [];
		await ask(async () => {
			for await (const { type } of await metered().messages.create(STREAM)) types.push(type);
		});
		expect([types[0], types.at(-1)]).toEqual(['message_start', 'message_stop']);
		expect(await recordedTokens()).toEqual(allOnOne({ input: 25, output: 15 }));
		expect(server.sent).toEqual({ input: 25, output: 15 });
		expect(new Map(problemCounts())).toEqual(before);
	});

	it('stream, with a cache', async () => {
		server.script(messageStream({ input: 2025, output: 15 }, 'Hello.', { read: 1500, write: 500 }));
		await ask(async () => {
			for await (const _ of await metered().messages.create(STREAM));
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 2025, output: 15 }));
	});

	it.each([5, 60])('stream, in bits of %i bytes', async (size) => {
		const story = 'Ä naïve “fox” 🦊 said: {"usage":{"input_tokens":999}}';
		server.script(inBits(messageStream({ input: 25, output: 15 }, story), size));
		const text = await ask(() => metered().messages.stream(BODY).finalText());
		expect([text, await recordedTokens()]).toEqual([story, allOnOne({ input: 25, output: 15 })]);
	});

	it('stream, by its helper', async () => {
		server.script(messageStream({ input: 25, output: 15 }));
		const seen: string[] = [];
		await ask(async () => {
			const stream = metered().messages.stream(BODY);
			stream.on('text', (delta) => seen.push(delta));
			expect((await stream.finalMessage()).usage.output_tokens).toBe(15);
			expect((await stream.withResponse()).response.status).toBe(200);
		});
		expect(seen.join('')).toBe('Hello there.');
		expect(await recordedTokens()).toEqual(allOnOne({ input: 25, output: 15 }));
	});

	it('stream, by tee and as a web stream', async () => {
		server.script(messageStream({ input: 1, output: 2 }), messageStream({ input: 10, output: 20 }));
		const client = metered();
		await ask(async () => {
			const [left, right] = (await client.messages.create(STREAM)).tee();
			let count = 0;
			for await (const _ of left) count++;
			for await (const _ of right) count++;
			const text = await new Response((await client.messages.create(STREAM)).toReadableStream()).text();
			expect([count, text.trim().split('\n').length]).toEqual([14, 7]);
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 11, output: 22 }));
	});

	it('stream left early', async () => {
		server.script(
			events(...messageEvents({ input: 25, output: 15 }).slice(0, 4), 'until left'),
			events(...messageEvents({ input: 35, output: 15 }).slice(0, 4), 'until left'),
		);
		const client = metered();
		await ask(async () => {
			for await (const { type } of await client.messages.create(STREAM)) if (type === 'content_block_delta') break;
			for await (const { type } of client.messages.stream(BODY)) if (type === 'content_block_delta') break;
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 60, output: 2 }));
		expect(server.sent).toEqual({ input: 60, output: 2 });
	});

	it('stream aborted', async () => {
		server.script(
			events(...messageEvents({ input: 25, output: 15 }).slice(0, 4), 'until left'),
			events(...messageEvents({ input: 35, output: 15 }).slice(0, 4), 'until left'),
		);
		const client = metered();
		await ask(async () => {
			const stream = await client.messages.create(STREAM);
			for await (const { type } of stream) if (type === 'content_block_delta') stream.controller.abort();
			const helper = client.messages.stream(BODY);
			helper.on('text', () => helper.abort());
			expect((await failureOf(() => helper.done()))?.thrown).toBeInstanceOf(Anthropic.APIUserAbortError);
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 60, output: 2 }));
	});

	it('stream read where another invocation is', async () => {
		server.script(messageStream({ input: 25, output: 15 }));
		const client = metered();
		const stream = await ask(() => client.messages.create(STREAM), 'self.asker.ask');
		await ask(async () => {
			for await (const _ of stream);
		}, 'self.reader.read');
		expect(await recordedTokens()).toEqual({
			spans: [{ input: 25, output: 15 }, undefined],
			counter: { input: 25, output: 15 },
		});
	});

	it('tools', async () => {
		server.script(
			message({ input: 10, output: 1 }, { name: 'add', input: { a: 1 } }),
			message({ input: 20, output: 2 }, { name: 'add', input: { a: 2 } }),
			message({ input: 30, output: 3 }, 'Three.'),
		);
		const calls: number[] = [];
		const last = await ask(async () => metered().beta.messages.toolRunner({ ...BODY, tools: [adder(calls)] }));
		expect([last.content[0], calls]).toMatchObject([{ type: 'text', text: 'Three.' }, [1, 2]]);
		expect(await recordedTokens()).toEqual(allOnOne({ input: 60, output: 6 }));
		expect(server.sent).toEqual({ input: 60, output: 6 });
	});

	it('tools, streamed', async () => {
		server.script(
			messageStream({ input: 10, output: 1 }, { name: 'add', input: { a: 1 } }),
			messageStream({ input: 20, output: 2 }, { name: 'add', input: { a: 2 } }),
			messageStream({ input: 30, output: 3 }, 'Three.'),
		);
		const calls: number[] = [];
		await ask(async () => {
			const runner = metered().beta.messages.toolRunner({ ...BODY, tools: [adder(calls)], stream: true });
			for await (const stream of runner) for await (const _ of stream);
		});
		expect(calls).toEqual([1, 2]);
		expect(await recordedTokens()).toEqual(allOnOne({ input: 60, output: 6 }));
	});

	it('parallel', async () => {
		const spent = Array.from({ length: 12 }, (_item, at) => ({ input: 100 + at, output: 2 ** at }));
		server.script(...spent.map((each, at) => (at % 2 ? message(each) : inBits(messageStream(each), 40))));
		const client = metered();
		await Promise.all(
			spent.map((_each, at) =>
				ask(async () => {
					if (at % 2) await client.messages.create(BODY);
					else for await (const _event of await client.messages.create(STREAM));
				}),
			),
		);
		const { spans, counter } = await recordedTokens();
		expect(new Set(spans)).toEqual(new Set(spent));
		expect([counter, server.sent]).toEqual([
			{ input: 1266, output: 4095 },
			{ input: 1266, output: 4095 },
		]);
	});

	it('429', async () => {
		server.script(refused(429));
		const failed = await failureOf(() => ask(() => metered().messages.create(BODY)));
		expect(failed?.thrown).toBeInstanceOf(Anthropic.RateLimitError);
		expect(await recordedTokens()).toEqual(allOnOne());
	});

	it('429 and 500, then an answer', async () => {
		server.script(
			refused(429),
			refused(500),
			message({ input: 8, output: 9 }),
			refused(429),
			messageStream({ input: 1, output: 2 }),
		);
		const client = metered({ maxRetries: 2 });
		await ask(async () => {
			await client.messages.create(BODY);
			for await (const _ of client.messages.stream(BODY));
		});
		expect(server.asked).toHaveLength(5);
		expect(await recordedTokens()).toEqual(allOnOne({ input: 9, output: 11 }));
		expect(server.sent).toEqual({ input: 9, output: 11 });
	});

	it('500 in mid-stream', async () => {
		const begun = (input: number) => messageEvents({ input: input, output: 15 }).slice(0, 4);
		server.script(events(...begun(25), failure()), events(...begun(35), failure()));
		const client = metered();
		await ask(async () => {
			const plain = await failureOf(async () => {
				for await (const _ of await client.messages.create(STREAM));
			});
			expect(plain?.thrown).toBeInstanceOf(Anthropic.APIError);
			const helped = await failureOf(() => client.messages.stream(BODY).finalMessage());
			expect(helped?.thrown).toBeInstanceOf(Anthropic.APIError);
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 60, output: 2 }));
		expect(server.sent).toEqual({ input: 60, output: 2 });
	});

	it('connection cut in mid-stream', async () => {
		server.script(events(...messageEvents({ input: 25, output: 15 }).slice(0, 4), { slow: 5 }, 'cut'));
		const failed = await failureOf(() =>
			ask(async () => {
				for await (const _ of await metered().messages.create(STREAM));
			}),
		);
		expect(failed).toBeDefined();
		expect(await recordedTokens()).toEqual(allOnOne({ input: 25, output: 1 }));
	});

	it('counting tokens and batches cost nothing', async () => {
		const usage = { input_tokens: 5, output_tokens: 5 };
		const batch = { id: 'msgbatch_1', type: 'message_batch', processing_status: 'ended', usage };
		server.script(tokenCount(2095), json(batch), json(batch));
		const client = metered();
		await ask(async () => {
			expect((await client.messages.countTokens({ model: BODY.model, messages: MESSAGES })).input_tokens).toBe(2095);
			await client.messages.batches.create({ requests: [{ custom_id: 'a', params: BODY }] });
			await client.messages.batches.retrieve('msgbatch_1');
		});
		expect([await recordedTokens(), loggedMessages()]).toEqual([allOnOne(), []]);
	});

	it('a middleware that asks again counts twice, one that answers itself not at all', async () => {
		server.script(message({ input: 10, output: 1 }), messageStream({ input: 100, output: 50 }));
		let mode: 'again' | 'itself' = 'again';
		const client = metered({
			middleware: [
				async (request: object, next: (request: object) => Promise<Response>) => {
					if (mode === 'itself') return Response.json({ ...(await kept), id: 'msg_kept' });
					await (await next({ ...request })).json();
					return next(request);
				},
			],
		});
		const kept = Promise.resolve(
			JSON.parse(String((message({ input: 7, output: 7 }).parts[0] as { text: string }).text)),
		);
		await ask(async () => {
			for await (const _ of await client.messages.create(STREAM));
			mode = 'itself';
			expect((await client.messages.create(BODY)).id).toBe('msg_kept');
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 110, output: 51 }));
		expect(server.sent).toEqual({ input: 110, output: 51 });
	});

	it('another client of the class is untouched', async () => {
		server.script(message({ input: 1, output: 1 }));
		const other = bare();
		meterModel(bare());
		await ask(async () => (await other.messages.create(BODY)).id);
		expect(await recordedTokens()).toEqual(allOnOne());
	});

	it('a client made of it by withOptions is metered too', async () => {
		server.script(message({ input: 1, output: 2 }));
		await ask(() => metered().withOptions({ maxRetries: 1 }).messages.create(BODY));
		expect(await recordedTokens()).toEqual(allOnOne({ input: 1, output: 2 }));
	});

	it('with its own spans, counts once', async () => {
		server.script(message({ input: 1, output: 2 }), messageStream({ input: 25, output: 15 }));
		const client = metered({ openTelemetry: { traces: { enabled: true } } });
		await ask(async () => {
			await client.messages.create(BODY);
			await client.messages.stream(BODY).finalMessage();
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 26, output: 17 }));
	});
});

function adder(calls: number[]) {
	return {
		type: 'custom' as const,
		name: 'add',
		description: 'Adds.',
		input_schema: { type: 'object' as const, properties: { a: { type: 'number' } } },
		parse: (content: unknown) => content as { a: number },
		run: ({ a }: { a: number }) => {
			calls.push(a);
			return String(a);
		},
	};
}
