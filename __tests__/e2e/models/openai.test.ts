// This file is long because all tests of one client are in one file.
import { describe, expect, it } from '@jest/globals';
import OpenAI7, { AzureOpenAI as AzureOpenAI7 } from 'openai';
import { meterModel } from '../../../index.js';
import { problemCounts } from '../../../lib/runtime/log-once.js';
import { failureOf, loggedMessages } from '../../contract/harness.js';
import { allOnOne, ask, recordedTokens } from './counted.js';
import OpenAI6, { AzureOpenAI as AzureOpenAI6 } from './previous/openai.js';
import { provided } from './provided.js';
import {
	chat,
	chatEvents,
	chatStream,
	completion,
	embeddings,
	failure,
	refused,
	response,
	responseEvents,
} from './servers/openai.js';
import { event, events, inBits, json, type Part } from './servers/wire.js';

const MESSAGES = [{ role: 'user' as const, content: 'Hello?' }];
const CHAT = { model: 'gpt-6-mini', messages: MESSAGES };
const USAGE = { stream: true as const, stream_options: { include_usage: true } };

const server = provided();

describe.each([
	['openai 7', OpenAI7, AzureOpenAI7],
	// The two major versions have the same structure, but their types are unrelated.
	['openai 6', OpenAI6 as unknown as typeof OpenAI7, AzureOpenAI6 as unknown as typeof AzureOpenAI7],
])('%s:', (_, OpenAI, Azure) => {
	const bare = (options: object = {}) =>
		new OpenAI({ apiKey: 'sk-test', baseURL: `${server.url}/v1`, maxRetries: 0, ...options });
	const metered = (options: object = {}) => meterModel(bare(options));

	it('plain', async () => {
		server.script(chat({ input: 31, output: 7 }));
		const client = bare();
		expect(meterModel(client)).toBe(client);
		expect(meterModel(client)).toBe(client);
		const answer = await ask(() => client.chat.completions.create(CHAT));
		expect(answer.choices[0]?.message.content).toBe('Hello there.');
		expect(await recordedTokens()).toEqual(allOnOne({ input: 31, output: 7 }));
		expect(server.sent).toEqual({ input: 31, output: 7 });
		expect(loggedMessages()).toEqual([]);
	});

	it('plain, by each method of its promise', async () => {
		server.script(chat({ input: 1, output: 2 }), chat({ input: 10, output: 20 }), chat({ input: 100, output: 200 }));
		const client = metered();
		await ask(async () => {
			const { data, response: http, request_id: id } = await client.chat.completions.create(CHAT).withResponse();
			expect([data.usage?.prompt_tokens, http.status, id, http instanceof Response]).toEqual([1, 200, null, true]);
			const raw = await client.chat.completions.create(CHAT).asResponse();
			expect(((await raw.json()) as { object: string }).object).toBe('chat.completion');
			const promise = client.chat.completions.create(CHAT);
			expect(promise.constructor.name).toBe('APIPromise');
			expect(await promise).toBe(await promise);
		});
		expect(await recordedTokens()).toEqual(allOnOne(server.sent));
		expect(server.sent).toEqual({ input: 111, output: 222 });
	});

	it('plain, of a raw request, and of a raw body', async () => {
		server.script(chat({ input: 1, output: 2 }), chat({ input: 3, output: 4 }));
		const client = metered();
		await ask(async () => {
			await client.post('/chat/completions', { body: CHAT });
			const raw = await client.chat.completions.create(CHAT).asResponse();
			const passed = raw.body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>());
			expect(JSON.parse(await new Response(passed as ReadableStream).text()).usage.prompt_tokens).toBe(3);
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 4, output: 6 }));
	});

	it('parse', async () => {
		server.script(chat({ input: 5, output: 6 }, '{"answer":4}'));
		const schema = { type: 'object', properties: { answer: { type: 'number' } } };
		const response_format = { type: 'json_schema' as const, json_schema: { name: 'answer', schema } };
		const answer = await ask(() => metered().chat.completions.parse({ ...CHAT, response_format }));
		expect(answer.choices[0]?.message.content).toBe('{"answer":4}');
		expect(await recordedTokens()).toEqual(allOnOne({ input: 5, output: 6 }));
	});

	it('stream', async () => {
		server.script(chatStream({ input: 12, output: 34 }));
		const before = new Map(problemCounts());
		const chunks: string[] = [];
		await ask(async () => {
			const stream = await metered().chat.completions.create({ ...CHAT, ...USAGE });
			for await (const chunk of stream) chunks.push(chunk.choices[0]?.delta.content ?? '');
		});
		expect(chunks.join('')).toBe('Hello there.');
		expect(await recordedTokens()).toEqual(allOnOne({ input: 12, output: 34 }));
		expect(server.sent).toEqual({ input: 12, output: 34 });
		expect(new Map(problemCounts())).toEqual(before);
	});

	it.each([5, 60])('stream, in bits of %i bytes', async (size) => {
		const story = 'Ä naïve “fox” 🦊 said: {"usage":{"prompt_tokens":999}}';
		server.script(inBits(chatStream({ input: 12, output: 34 }, story), size));
		let text = '';
		await ask(async () => {
			const stream = await metered().chat.completions.create({ ...CHAT, ...USAGE });
			for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
		});
		expect([text, await recordedTokens()]).toEqual([story, allOnOne({ input: 12, output: 34 })]);
	});

	it('stream, by its helper', async () => {
		server.script(chatStream({ input: 12, output: 34 }));
		const seen: string[] = [];
		await ask(async () => {
			const runner = metered().chat.completions.stream({ ...CHAT, stream_options: { include_usage: true } });
			runner.on('content', (delta) => seen.push(delta));
			const final = await runner.finalChatCompletion();
			expect(final.choices[0]?.message.content).toBe('Hello there.');
			expect((await runner.totalUsage()).prompt_tokens).toBe(12);
		});
		expect(seen.join('')).toBe('Hello there.');
		expect(await recordedTokens()).toEqual(allOnOne({ input: 12, output: 34 }));
	});

	it('stream, by tee and as a web stream', async () => {
		server.script(chatStream({ input: 1, output: 2 }), chatStream({ input: 10, output: 20 }));
		const client = metered();
		await ask(async () => {
			const [left, right] = (await client.chat.completions.create({ ...CHAT, ...USAGE })).tee();
			let count = 0;
			for await (const _ of left) count++;
			for await (const _ of right) count++;
			expect(count).toBe(10);
			const stream = await client.chat.completions.create({ ...CHAT, ...USAGE });
			const text = await new Response(stream.toReadableStream()).text();
			expect(text.trim().split('\n').length).toBe(5);
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 11, output: 22 }));
	});

	it('stream without a request for its usage', async () => {
		server.script(chatStream(undefined), chatStream(undefined));
		const client = metered();
		const before = problemCounts().get('models.openai.usage') ?? 0;
		await ask(async () => {
			for await (const _ of await client.chat.completions.create({ ...CHAT, stream: true }));
			for await (const _ of await client.chat.completions.create({ ...CHAT, stream: true }));
		});
		expect(await recordedTokens()).toEqual(allOnOne());
		expect(server.asked.map(({ body }) => body['stream_options'])).toEqual([undefined, undefined]);
		expect(problemCounts().get('models.openai.usage')).toBe(before + 2);
	});

	it('stream with includeUsage', async () => {
		server.script(
			chatStream({ input: 3, output: 4 }),
			chatStream({ input: 5, output: 6 }),
			chat({ input: 7, output: 8 }),
			chatStream(undefined),
		);
		const client = meterModel(bare(), { includeUsage: true });
		const body = { ...CHAT, stream: true as const };
		await ask(async () => {
			for await (const _ of await client.chat.completions.create(body));
			for await (const _ of client.chat.completions.stream(CHAT));
			await client.chat.completions.create(CHAT);
			const own = { ...body, stream_options: { include_usage: false } };
			for await (const _ of await client.chat.completions.create(own));
		});
		expect(body).toEqual({ ...CHAT, stream: true });
		expect(server.asked.map(({ body: asked }) => asked['stream_options'])).toEqual([
			{ include_usage: true },
			{ include_usage: true },
			undefined,
			{ include_usage: false },
		]);
		expect(await recordedTokens()).toEqual(allOnOne({ input: 15, output: 18 }));
	});

	it('stream left early', async () => {
		const [first, second] = chatEvents(undefined) as [Part, Part];
		server.script(events(first, second, 'until left'), chatStream({ input: 12, output: 34 }));
		const client = metered();
		const before = problemCounts().get('models.left') ?? 0;
		await ask(async () => {
			for await (const _ of await client.chat.completions.create({ ...CHAT, ...USAGE })) break;
			// Usage that was reported before the stream was left counts, although its end is not read.
			for await (const chunk of await client.chat.completions.create({ ...CHAT, ...USAGE })) if (chunk.usage) break;
		});
		expect([await recordedTokens(), problemCounts().get('models.left')]).toEqual([
			allOnOne({ input: 12, output: 34 }),
			before + 1,
		]);
		expect(server.sent).toEqual({ input: 12, output: 34 });
	});

	it('stream aborted', async () => {
		const [first, second] = chatEvents(undefined) as [Part, Part];
		server.script(events(first, second, 'until left'), events(first, second, 'until left'));
		const client = metered();
		await ask(async () => {
			const stream = await client.chat.completions.create({ ...CHAT, ...USAGE });
			for await (const _ of stream) stream.controller.abort();
			const runner = client.chat.completions.stream(CHAT);
			runner.on('content', () => runner.abort());
			expect((await failureOf(() => runner.done()))?.thrown).toBeInstanceOf(OpenAI.APIUserAbortError);
		});
		expect(await recordedTokens()).toEqual(allOnOne());
	});

	it('stream read inside another invocation', async () => {
		server.script(chatStream({ input: 12, output: 34 }));
		const client = metered();
		const stream = await ask(() => client.chat.completions.create({ ...CHAT, ...USAGE }), 'self.asker.ask');
		await ask(async () => {
			for await (const _ of stream);
		}, 'self.reader.read');
		expect(await recordedTokens()).toEqual({
			spans: [{ input: 12, output: 34 }, undefined],
			counter: { input: 12, output: 34 },
		});
	});

	it('stream read after its invocation ended', async () => {
		server.script(chatStream({ input: 12, output: 34 }));
		const client = metered();
		const kept: AsyncIterable<unknown>[] = [];
		await ask(async () => {
			kept.push(await client.chat.completions.create({ ...CHAT, ...USAGE }));
		}, 'self.asker.ask');
		await ask(async () => {
			for await (const _ of kept[0] ?? []);
		}, 'self.reader.read');
		// Usage that is reported late is added to the counter only.
		expect(await recordedTokens()).toEqual({ spans: [undefined, undefined], counter: { input: 12, output: 34 } });
	});

	it('tools', async () => {
		server.script(
			chat({ input: 10, output: 1 }, { name: 'add', args: { a: 1 } }),
			chat({ input: 20, output: 2 }, { name: 'add', args: { a: 2 } }),
			chat({ input: 30, output: 3 }, 'Three.'),
		);
		const calls: number[] = [];
		const text = await ask(() =>
			metered()
				.chat.completions.runTools({ ...CHAT, tools: [adder(calls)] })
				.finalContent(),
		);
		expect([text, calls]).toEqual(['Three.', [1, 2]]);
		expect(await recordedTokens()).toEqual(allOnOne({ input: 60, output: 6 }));
		expect(server.sent).toEqual({ input: 60, output: 6 });
	});

	it('tools, streamed', async () => {
		server.script(
			chatStream({ input: 10, output: 1 }, { name: 'add', args: { a: 1 } }),
			chatStream({ input: 20, output: 2 }, { name: 'add', args: { a: 2 } }),
			chatStream({ input: 30, output: 3 }, 'Three.'),
		);
		const calls: number[] = [];
		const text = await ask(() =>
			metered()
				.chat.completions.runTools({ ...CHAT, ...USAGE, tools: [adder(calls)] })
				.finalContent(),
		);
		expect([text, calls]).toEqual(['Three.', [1, 2]]);
		expect(await recordedTokens()).toEqual(allOnOne({ input: 60, output: 6 }));
	});

	it('tools that call a model themselves', async () => {
		server.script(
			chat({ input: 10, output: 1 }, { name: 'add', args: { a: 1 } }),
			chat({ input: 500, output: 50 }),
			chatStream({ input: 700, output: 70 }),
			chat({ input: 20, output: 2 }, 'Done.'),
		);
		const client = metered();
		const tool = adder([]);
		const add = async () => {
			await ask(() => client.chat.completions.create(CHAT), 'self.tool.add');
			for await (const _ of await client.chat.completions.create({ ...CHAT, ...USAGE }));
			return 'added';
		};
		const tools = [{ ...tool, function: { ...tool.function, function: add } }];
		await ask(() => client.chat.completions.runTools({ ...CHAT, tools }).finalContent());
		expect(await recordedTokens()).toEqual({
			spans: [
				{ input: 730, output: 73 },
				{ input: 500, output: 50 },
			],
			counter: { input: 1230, output: 123 },
		});
	});

	it('parallel', async () => {
		const spent = Array.from({ length: 12 }, (_item, at) => ({ input: 100 + at, output: 2 ** at }));
		server.script(...spent.map((each, at) => (at % 2 ? chat(each) : inBits(chatStream(each), 40))));
		const client = metered();
		const got: unknown[] = [];
		await Promise.all(
			spent.map((each, at) => {
				const asked = ask(async () => {
					if (at % 2) return (await client.chat.completions.create(CHAT)).usage;
					let usage: unknown;
					for await (const chunk of await client.chat.completions.create({ ...CHAT, ...USAGE })) usage = chunk.usage;
					return usage;
				});
				got.push(each);
				return asked;
			}),
		);
		const { spans, counter } = await recordedTokens();
		expect(new Set(spans)).toEqual(new Set(spent));
		expect(counter).toEqual(server.sent);
		expect(counter).toEqual({ input: 1266, output: 4095 });
	});

	it('429', async () => {
		server.script(refused(429));
		const client = metered();
		const failed = await failureOf(() => ask(() => client.chat.completions.create(CHAT)));
		expect(failed?.thrown).toBeInstanceOf(OpenAI.RateLimitError);
		expect(await recordedTokens()).toEqual(allOnOne());
	});

	it('429 and 500, then an answer', async () => {
		server.script(
			refused(429),
			refused(500),
			chat({ input: 8, output: 9 }),
			refused(429),
			chatStream({ input: 1, output: 2 }),
		);
		const client = metered({ maxRetries: 2 });
		await ask(async () => {
			await client.chat.completions.create(CHAT);
			for await (const _ of await client.chat.completions.create({ ...CHAT, ...USAGE }));
		});
		expect(server.asked).toHaveLength(5);
		expect(await recordedTokens()).toEqual(allOnOne({ input: 9, output: 11 }));
		expect(server.sent).toEqual({ input: 9, output: 11 });
	});

	it('500 in mid-stream', async () => {
		const [first, second] = chatEvents(undefined) as [Part, Part];
		server.script(events(first, second, failure('Overloaded.')));
		const client = metered();
		const failed = await failureOf(() =>
			ask(async () => {
				for await (const _ of await client.chat.completions.create({ ...CHAT, ...USAGE }));
			}),
		);
		expect(failed?.thrown).toBeInstanceOf(OpenAI.APIError);
		expect(await recordedTokens()).toEqual(allOnOne());
	});

	it('connection cut in mid-stream', async () => {
		const { input: read, output: out } = { input: 40, output: 4 };
		const parts = chatEvents({ input: read, output: out }).slice(0, -1);
		server.script(events(...parts.slice(0, 2), { slow: 5 }, 'cut'), events(...parts, { slow: 5 }, 'cut'));
		const client = metered();
		await ask(async () => {
			for (let i = 0; i < 2; i++) {
				const failed = await failureOf(async () => {
					for await (const _ of await client.chat.completions.create({ ...CHAT, ...USAGE }));
				});
				expect(String(failed?.thrown)).toMatch(/terminated|socket|Error/);
			}
		});
		// The second one had reported its usage before the connection broke.
		expect(await recordedTokens()).toEqual(allOnOne({ input: 40, output: 4 }));
		expect(server.sent).toEqual({ input: 40, output: 4 });
	});

	it('responses', async () => {
		server.script(response({ input: 50, output: 5 }), response({ input: 60, output: 6 }));
		const client = metered();
		await ask(async () => {
			const plain = await client.responses.create({ model: 'gpt-6-mini', input: 'Hello?' });
			expect(plain.output_text).toBe('{"answer":4}');
			await client.responses.parse({ model: 'gpt-6-mini', input: 'Hello?' });
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 110, output: 11 }));
	});

	it('responses: stream', async () => {
		server.script(
			events(...responseEvents({ input: 50, output: 5 })),
			events(...responseEvents({ input: 60, output: 6 })),
		);
		const client = metered();
		await ask(async () => {
			const body = { model: 'gpt-6-mini', input: 'Hello?' };
			const types: string[] = [];
			for await (const { type } of await client.responses.create({ ...body, stream: true })) types.push(type);
			expect(types.at(-1)).toBe('response.completed');
			const final = await client.responses.stream(body).finalResponse();
			expect(final.output_text).toBe('{"answer":4}');
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 110, output: 11 }));
		expect(loggedMessages()).toEqual([]);
	});

	it('responses: stream left early', async () => {
		server.script(events(...responseEvents({ input: 50, output: 5 }).slice(0, 5), 'until left'));
		const client = metered();
		await ask(async () => {
			const stream = await client.responses.create({ model: 'gpt-6-mini', input: 'Hello?', stream: true });
			for await (const { type } of stream) if (type === 'response.output_text.delta') break;
		});
		expect([await recordedTokens(), server.sent]).toEqual([allOnOne(), { input: 0, output: 0 }]);
	});

	it('responses in the background', async () => {
		const asked = { model: 'gpt-6-mini', input: 'Hello?', background: true };
		server.script(
			response(undefined, 'queued', 'resp_1'),
			response(undefined, 'in_progress', 'resp_1'),
			response({ input: 70, output: 7 }, 'completed', 'resp_1'),
			response({ input: 70, output: 7 }, 'completed', 'resp_1'),
			response({ input: 99, output: 99 }, 'completed', 'resp_of_another_time'),
		);
		const client = metered();
		await ask(async () => {
			const { id } = await client.responses.create(asked);
			for (let i = 0; i < 3; i++) await client.responses.retrieve(id);
			await client.responses.retrieve('resp_of_another_time');
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 70, output: 7 }));
		expect(loggedMessages()).toEqual([]);
	});

	it('embeddings', async () => {
		server.script(embeddings(17));
		const answer = await ask(() => metered().embeddings.create({ model: 'text-embedding-4', input: ['a', 'b'] }));
		expect([...(answer.data[0]?.embedding ?? [])]).toEqual([0.5, -0.25]);
		expect(await recordedTokens()).toEqual(allOnOne({ input: 17, output: 0 }));
	});

	it('completions', async () => {
		server.script(completion({ input: 2, output: 3 }));
		const answer = await ask(() => metered().completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Once' }));
		expect(answer.choices[0]?.text).toBe('Once.');
		expect(await recordedTokens()).toEqual(allOnOne({ input: 2, output: 3 }));
	});

	it('images, speech and compaction', async () => {
		const usage = { input_tokens: 3, output_tokens: 4, total_tokens: 7 };
		server.script(
			json({ created: 1, data: [], usage }, { input: 3, output: 4 }),
			json({ text: 'Hello.', usage: { type: 'tokens', ...usage } }, { input: 3, output: 4 }),
			json({ text: 'Hello.', usage: { type: 'duration', seconds: 9 } }),
			json({ id: 'c', object: 'response.compaction', output: [], usage }, { input: 3, output: 4 }),
		);
		const client = metered();
		await ask(async () => {
			await client.images.generate({ model: 'gpt-image-2', prompt: 'A fox.' });
			for (let i = 0; i < 2; i++)
				await client.audio.transcriptions.create({ model: 'gpt-6-transcribe', file: new File(['x'], 'x.wav') });
			await client.post('/responses/compact', { body: { model: 'gpt-6' } });
		});
		expect([await recordedTokens(), server.sent, loggedMessages()]).toEqual([
			allOnOne({ input: 9, output: 12 }),
			{ input: 9, output: 12 },
			[],
		]);
	});

	it('on Azure', async () => {
		server.script(chat({ input: 1, output: 2 }), embeddings(3));
		const azure = { apiKey: 'none', endpoint: server.url, apiVersion: '2026-05-01', deployment: 'mini', maxRetries: 0 };
		const client = meterModel(new Azure(azure));
		await ask(async () => {
			await client.chat.completions.create(CHAT);
			await client.embeddings.create({ model: 'text-embedding-4', input: 'a' });
		});
		expect(server.asked[0]?.path).toBe('/openai/deployments/mini/chat/completions');
		expect(await recordedTokens()).toEqual(allOnOne({ input: 4, output: 2 }));
	});

	it('a response that cannot be observed is reported, and not changed', async () => {
		const before = problemCounts().get('models.answer') ?? 0;
		const fetch = async () =>
			Object.freeze(Response.json({ id: 'c', usage: { prompt_tokens: 1, completion_tokens: 1 } }));
		const id = await ask(async () => (await metered({ fetch }).chat.completions.create(CHAT)).id);
		expect([id, await recordedTokens(), problemCounts().get('models.answer')]).toEqual(['c', allOnOne(), before + 1]);
	});

	it('other endpoints cost nothing', async () => {
		const usage = { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10, input_tokens: 5, output_tokens: 5 };
		server.script(
			json({ object: 'list', data: [], usage }),
			json({ id: 'b', object: 'batch', usage }),
			json({ id: 'c', usage }),
		);
		const client = metered();
		await ask(async () => {
			await client.models.list();
			await client.batches.create({ input_file_id: 'f', endpoint: '/v1/chat/completions', completion_window: '24h' });
			await client.chat.completions.retrieve('c');
		});
		expect([await recordedTokens(), loggedMessages()]).toEqual([allOnOne(), []]);
	});

	it('another client of the class is untouched', async () => {
		server.script(chat({ input: 1, output: 1 }));
		const other = bare();
		meterModel(bare());
		await ask(async () => (await other.chat.completions.create(CHAT)).id);
		expect(await recordedTokens()).toEqual(allOnOne());
		expect(Object.getOwnPropertyNames(other.chat.completions)).not.toContain('create');
	});

	it('a client made of it by withOptions is metered too', async () => {
		server.script(chat({ input: 1, output: 2 }), chat({ input: 3, output: 4 }));
		const client = metered();
		await ask(async () => {
			await client.withOptions({ maxRetries: 1 }).chat.completions.create(CHAT);
			const fetch = ((url: string, init: object) => globalThis.fetch(url, init)) as never;
			await client.withOptions({ fetch }).chat.completions.create(CHAT);
		});
		expect(await recordedTokens()).toEqual(allOnOne({ input: 4, output: 6 }));
	});

	it('outside of any invocation nothing throws', async () => {
		server.script(chat({ input: 1, output: 2 }));
		expect((await metered().chat.completions.create(CHAT)).usage?.prompt_tokens).toBe(1);
	});
});

it('an event of several lines, and one without an end, are read as well', async () => {
	const [head, ...rest] = chatEvents({ input: 6, output: 7 });
	const usage = rest.at(-2) as { text: string; reports: { input: number; output: number } };
	const text = usage.text.replace('"usage":', '\ndata: "usage":').trimEnd();
	server.script(events(head as Part, { ...usage, text }));
	const client = meterModel(new OpenAI7({ apiKey: 'sk-test', baseURL: server.url, maxRetries: 0 }));
	await ask(async () => {
		for await (const _ of await client.chat.completions.create({ ...CHAT, ...USAGE }));
	});
	expect(await recordedTokens()).toEqual(allOnOne({ input: 6, output: 7 }));
	expect(event('x')).toEqual({ text: 'data: x\n\n' });
});

function adder(calls: number[]) {
	return {
		type: 'function' as const,
		function: {
			name: 'add',
			description: 'Adds.',
			parameters: { type: 'object', properties: { a: { type: 'number' } } },
			parse: JSON.parse,
			function: ({ a }: { a: number }) => {
				calls.push(a);
				return String(a);
			},
		},
	};
}
