import { createOpenAI } from '@ai-sdk/openai';
import { describe, expect, it } from '@jest/globals';
import * as today from 'ai';
import { meterModel } from '../../../index.js';
import { failureOf } from '../../contract/harness.js';
import { ASK, bills, both, invocation } from './bills.js';
import { inParallel, readElsewhere } from './cases.js';
import * as previous from './previous/ai-sdk.js';
import { provided } from './provided.js';
import {
	chat,
	chatEvents,
	chatStream,
	failure,
	refused,
	response,
	responseEvents,
	type ToolUse,
} from './servers/openai.js';
import { events, inBits, json, type Spent } from './servers/wire.js';

const LOOK: ToolUse = { name: 'look', args: {} };
const QUIET = { maxRetries: 0, onError: () => {} };

/** Embeddings as numbers, as the AI SDK requests them. */
function floats(tokens: number) {
	const data = [0, 1].map((index) => ({ object: 'embedding', index, embedding: [0.5, -0.25] }));
	const usage = { prompt_tokens: tokens, total_tokens: tokens };
	return json({ object: 'list', data, model: 'embedding-test', usage }, { input: tokens, output: 0 });
}

const server = provided();

describe.each([
	['ai 7', today, createOpenAI],
	['ai 6', previous as unknown as typeof today, previous.createOpenAI as unknown as typeof createOpenAI],
])('%s:', (name, ai, create) => {
	const { generateText, streamText, generateObject, streamObject } = ai;
	const provider = () => create({ apiKey: 'none', baseURL: `${server.url}/v1` });
	const model = () => meterModel(provider().chat('gpt-test'));
	const prompt = 'Is it true?';
	const schema = ai.jsonSchema<{ answer: number }>({
		type: 'object',
		properties: { answer: { type: 'number' } },
		required: ['answer'],
		additionalProperties: false,
	});
	const tools = () => ({
		look: ai.tool({
			inputSchema: ai.jsonSchema<object>({ type: 'object', properties: {}, additionalProperties: false }),
			execute: async () => 'seen',
		}),
	});
	const turns = (): readonly [Spent, Spent, Spent] => [
		{ input: 10, output: 1 },
		{ input: 200, output: 20 },
		{ input: 3000, output: 300 },
	];
	const whole = async (texts: AsyncIterable<string>) => {
		let all = '';
		for await (const text of texts) all += text;
		return all;
	};

	const lastOf = async (objects: AsyncIterable<unknown>) => {
		let last: unknown;
		for await (const object of objects) last = object;
		return last;
	};

	it('the model stays what it is', async () => {
		const bare = provider().chat('gpt-test');
		const keys = Object.keys(bare);
		expect(meterModel(bare)).toBe(bare);
		expect(meterModel(bare)).toBe(bare);
		expect(Object.keys(bare)).toEqual(keys);
		expect(() => meterModel(provider())).toThrow("Pass each model: meterModel(openai('gpt-5')).");
		server.script(chat({ input: 3, output: 4 }));
		const { text, usage } = await invocation(ASK, () => generateText({ model: bare, prompt }));
		expect([text, usage.inputTokens, usage.outputTokens]).toEqual(['Hello there.', 3, 4]);
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('plain', async () => {
		server.script(chat({ input: 123, output: 45 }), response({ input: 1000, output: 2000 }));
		const responses = meterModel(provider()('gpt-test'));
		await invocation(ASK, async () => {
			await generateText({ model: model(), prompt });
			await generateText({ model: responses, prompt });
		});
		expect(server.asked.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/responses']);
		expect(server.sent).toEqual({ input: 1123, output: 2045 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream', async () => {
		const stream = chatStream({ input: 10, output: 7 });
		server.script(stream, inBits(stream, 17), events(...responseEvents({ input: 500, output: 600 })));
		const responses = meterModel(provider()('gpt-test'));
		const texts = await invocation(ASK, async () => [
			await whole(streamText({ model: model(), prompt }).textStream),
			await streamText({ model: model(), prompt }).text,
			await whole(streamText({ model: responses, prompt }).textStream),
		]);
		expect(texts).toEqual(['Hello there.', 'Hello there.', '{"answer":4}']);
		expect(server.sent).toEqual({ input: 520, output: 614 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream left early', async () => {
		const abort = new AbortController();
		server.script(events(...chatEvents(undefined).slice(0, 3), 'until left'), chatStream({ input: 10, output: 7 }));
		const metered = model();
		await invocation(ASK, async () => {
			const left = streamText({ model: metered, prompt, abortSignal: abort.signal, ...QUIET });
			for await (const _ of left.textStream) abort.abort();
			await whole(streamText({ model: metered, prompt }).textStream);
		});
		expect(server.sent).toEqual({ input: 10, output: 7 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream read elsewhere', async () => {
		server.script(chatStream({ input: 10, output: 7 }));
		const metered = model();
		await readElsewhere(
			server,
			() => streamText({ model: metered, prompt }),
			({ textStream }) => whole(textStream),
		);
	});

	it('429', async () => {
		server.script(refused(429), chat({ input: 2, output: 3 }), refused(429), chat({ input: 20, output: 30 }));
		const metered = model();
		const failed = await invocation(ASK, async () => {
			const refusal = await failureOf(() => generateText({ model: metered, prompt, maxRetries: 0 }));
			await generateText({ model: metered, prompt, maxRetries: 0 });
			await generateText({ model: metered, prompt, maxRetries: 1 });
			return refusal;
		});
		expect(String(failed?.thrown)).toContain('Not today.');
		expect(await bills()).toEqual(both({ [ASK]: { input: 22, output: 33 } }));
	});

	it('500 in mid-stream', async () => {
		const begun = chatEvents({ input: 20, output: 2 });
		const replies = [events(...begun.slice(0, 3), failure()), events(...begun.slice(0, 3), 'cut')];
		server.script(...replies, ...replies, chatStream({ input: 1, output: 2 }));
		const end = async (asked: ReturnType<typeof model>) => {
			const parts: string[] = [];
			const failed = await failureOf(async () => {
				for await (const { type } of streamText({ model: asked, prompt, ...QUIET }).fullStream) parts.push(type);
			});
			return [...parts, String(failed?.thrown)];
		};
		const bare = provider().chat('gpt-test');
		const broken = [await end(bare), await end(bare)];
		const metered = model();
		const seen = await invocation(ASK, async () => [await end(metered), await end(metered), await end(metered)]);
		expect(seen.slice(0, 2)).toEqual(broken);
		expect(seen.map((parts) => parts.includes('error') || parts.at(-1) !== 'undefined')).toEqual([true, true, false]);
		expect(server.sent).toEqual({ input: 1, output: 2 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('tools', async () => {
		const [first, second, third] = turns();
		server.script(chat(first, LOOK), chat(second, LOOK), chat(third));
		const metered = model();
		const { steps } = await invocation(ASK, () =>
			generateText({ model: metered, prompt, tools: tools(), stopWhen: ai.stepCountIs(5) }),
		);
		expect([steps.length, server.sent]).toEqual([3, { input: 3210, output: 321 }]);
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('tools in a stream', async () => {
		const [first, second, third] = turns();
		server.script(chatStream(first, LOOK), chatStream(second, LOOK), chatStream(third));
		const metered = model();
		const text = await invocation(ASK, () =>
			whole(streamText({ model: metered, prompt, tools: tools(), stopWhen: ai.stepCountIs(5) }).textStream),
		);
		expect([text, server.sent]).toEqual(['Hello there.', { input: 3210, output: 321 }]);
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('tools in a stream that is read elsewhere', async () => {
		const [first, second, third] = turns();
		server.script(chatStream(first, LOOK), chatStream(second, LOOK), chatStream(third));
		const metered = model();
		await readElsewhere(
			server,
			() => streamText({ model: metered, prompt, tools: tools(), stopWhen: ai.stepCountIs(5) }),
			({ textStream }) => whole(textStream),
		);
		expect(server.sent).toEqual({ input: 3210, output: 321 });
	});

	it('parallel', async () => {
		const metered = model();
		await inParallel(server, chat, () => generateText({ model: metered, prompt }));
	});

	it('objects', async () => {
		server.script(chat({ input: 5, output: 6 }, '{"answer":4}'), chatStream({ input: 70, output: 80 }, '{"answer":4}'));
		const metered = model();
		const objects = await invocation(ASK, async () => [
			(await generateObject({ model: metered, prompt, schema })).object,
			await lastOf(streamObject({ model: metered, prompt, schema }).partialObjectStream),
		]);
		expect(objects).toEqual([{ answer: 4 }, { answer: 4 }]);
		expect(server.sent).toEqual({ input: 75, output: 86 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('embeddings', async () => {
		server.script(floats(8));
		const metered = meterModel(provider().embedding('embedding-test'));
		const { usage } = await invocation(ASK, () => ai.embedMany({ model: metered, values: ['x', 'y'] }));
		expect(usage.tokens).toBe(8);
		expect(await bills()).toEqual(both({ [ASK]: { input: 8, output: 0 } }));
	});

	it('middleware', async () => {
		server.script(chat({ input: 5, output: 6 }), chatStream({ input: 70, output: 80 }));
		const wrapped = ai.wrapLanguageModel({
			model: model(),
			middleware: {
				specificationVersion: name === 'ai 7' ? 'v4' : 'v3',
				wrapStream: async ({ doStream }: { doStream: () => PromiseLike<{ stream: ReadableStream }> }) => {
					const { stream, ...rest } = await doStream();
					const [kept, other] = stream.tee();
					void other.cancel();
					return { ...rest, stream: kept };
				},
			} as never,
		});
		await invocation(ASK, async () => {
			await generateText({ model: wrapped, prompt });
			await whole(streamText({ model: wrapped, prompt }).textStream);
		});
		expect(server.sent).toEqual({ input: 75, output: 86 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});
});
