import { describe, expect, it } from '@jest/globals';
import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { ChatOpenAI } from '@langchain/openai';
import { meterModel } from '../../../index.js';
import { failureOf, loggedMessages } from '../../contract/harness.js';
import { ASK, bills, both, invocation, OTHER } from './bills.js';
import { inParallel, readElsewhere } from './cases.js';
import * as previous from './previous/langchain.js';
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
import { events, inBits } from './servers/wire.js';

const LOOK: ToolUse = { name: 'look', args: {} };
const PROMPT = 'Is it true?';
const TOOL = {
	type: 'function' as const,
	function: { name: 'look', parameters: { type: 'object', properties: {} } },
};
const SCHEMA = {
	title: 'answer',
	type: 'object',
	properties: { answer: { type: 'number' } },
	required: ['answer'],
	additionalProperties: false,
};

/** Its type in these releases has no usage. */
const totalOf = (message: object) =>
	(message as { usage_metadata?: { total_tokens?: number } }).usage_metadata?.total_tokens;

const server = provided();

describe.each([
	['langchain 1', ChatOpenAI, { HumanMessage, ToolMessage }],
	[
		'langchain 0.3',
		previous.ChatOpenAI as unknown as typeof ChatOpenAI,
		previous as unknown as { HumanMessage: typeof HumanMessage; ToolMessage: typeof ToolMessage },
	],
])('%s:', (name, Chat, messages) => {
	const bare = (more: object = {}) =>
		new Chat({
			model: 'gpt-test',
			apiKey: 'none',
			configuration: { baseURL: `${server.url}/v1` },
			maxRetries: 0,
			...more,
		});
	const model = (more: object = {}) => meterModel(bare(more));
	const whole = async (stream: AsyncIterable<{ readonly content: unknown }>) => {
		let all = '';
		for await (const { content } of stream) all += String(content);
		return all;
	};

	it('the model stays what it is', async () => {
		const asked = bare();
		const keys = Object.keys(asked);
		expect(meterModel(asked)).toBe(asked);
		expect(meterModel(asked)).toBe(asked);
		expect(Object.keys(asked)).toEqual(keys);
		expect(JSON.stringify(asked)).toBe(JSON.stringify(bare()));
		server.script(chat({ input: 3, output: 4 }));
		const answer = await invocation(ASK, () => asked.invoke(PROMPT));
		expect([answer.content, totalOf(answer)]).toEqual(['Hello there.', 7]);
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('plain', async () => {
		server.script(chat({ input: 123, output: 45 }), response({ input: 1000, output: 2000 }));
		const asked = model();
		const responses = model({ useResponsesApi: true });
		await invocation(ASK, async () => {
			await asked.invoke(PROMPT);
			await responses.invoke(PROMPT);
		});
		expect(server.asked.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/responses']);
		expect(server.sent).toEqual({ input: 1123, output: 2045 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream', async () => {
		const stream = chatStream({ input: 10, output: 7 });
		server.script(stream, inBits(stream, 17), events(...responseEvents({ input: 500, output: 600 })));
		const asked = model();
		const responses = model({ useResponsesApi: true });
		const texts = await invocation(ASK, async () => [
			await whole(await asked.stream(PROMPT)),
			await whole(await asked.stream(PROMPT)),
			(await whole(await responses.stream(PROMPT))).length > 0,
		]);
		expect(texts).toEqual(['Hello there.', 'Hello there.', true]);
		expect(server.sent).toEqual({ input: 520, output: 614 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream left early', async () => {
		server.script(events(...chatEvents(undefined).slice(0, 3), 'until left'), chatStream({ input: 10, output: 7 }));
		const asked = model();
		await invocation(ASK, async () => {
			for await (const { content } of await asked.stream(PROMPT)) if (content !== '') break;
			for await (const { usage_metadata: usage } of await asked.stream(PROMPT)) if (usage !== undefined) break;
		});
		expect(server.sent).toEqual({ input: 10, output: 7 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream read elsewhere', async () => {
		server.script(chatStream({ input: 10, output: 7 }));
		const asked = model();
		await readElsewhere(server, () => asked.stream(PROMPT), whole);
	});

	it('429', async () => {
		server.script(refused(429), chat({ input: 2, output: 3 }), refused(500), chat({ input: 20, output: 30 }));
		const asked = model();
		const again = model({ maxRetries: 1 });
		const failed = await invocation(ASK, async () => {
			const refusal = await failureOf(() => asked.invoke(PROMPT));
			await asked.invoke(PROMPT);
			await again.invoke(PROMPT);
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
			const failed = await failureOf(async () => whole(await asked.stream(PROMPT)));
			return String(failed?.thrown);
		};
		const asked = bare();
		const broken = [await end(asked), await end(asked)];
		expect(broken).not.toContain('undefined');
		const metered = model();
		const seen = await invocation(ASK, async () => [await end(metered), await end(metered), await end(metered)]);
		expect(seen).toEqual([...broken, 'undefined']);
		expect(server.sent).toEqual({ input: 1, output: 2 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('a stream that was not asked for its usage changes nothing and is said', async () => {
		server.script(chatStream(undefined));
		const asked = model({ streamUsage: false });
		expect(await invocation(ASK, async () => whole(await asked.stream(PROMPT)))).toBe('Hello there.');
		expect(server.asked[0]?.body['stream_options']).toBe(undefined);
		expect(await bills()).toEqual({ spans: {}, counter: {} });
		// Once per process.
		if (name === 'langchain 1') expect(loggedMessages().join()).toContain('LangChain answered without usage_metadata');
	});

	it('tools', async () => {
		server.script(
			chat({ input: 10, output: 1 }, LOOK),
			chat({ input: 200, output: 20 }, LOOK),
			chat({ input: 3000, output: 300 }),
		);
		const asked = model().bindTools([TOOL]);
		await invocation(ASK, async () => {
			const said: BaseMessage[] = [new messages.HumanMessage(PROMPT)];
			for (let turn = 0; turn < 5; turn++) {
				const answer = await asked.invoke(said);
				const calls = answer.tool_calls ?? [];
				if (calls.length === 0) return;
				const seen = calls.map(({ id }) => new messages.ToolMessage({ content: 'seen', tool_call_id: id ?? '' }));
				said.push(answer, ...seen);
			}
		});
		expect([server.asked.length, server.asked[0]?.body['tools']]).toEqual([3, [expect.objectContaining(TOOL)]]);
		expect(server.sent).toEqual({ input: 3210, output: 321 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('parallel', async () => {
		const asked = model();
		await inParallel(
			server,
			chat,
			() => asked.invoke(PROMPT),
			() => asked.batch([PROMPT, PROMPT, PROMPT]),
		);
	});

	it('objects', async () => {
		const answer = { name: 'answer', args: { answer: 4 } };
		server.script(
			chat({ input: 5, output: 6 }, '{"answer":4}'),
			chat({ input: 70, output: 80 }, answer),
			chatStream({ input: 900, output: 1000 }, answer),
		);
		const asked = model();
		const objects = await invocation(ASK, async () => {
			const called = asked.withStructuredOutput(SCHEMA, { method: 'functionCalling', name: 'answer' });
			const given = [await asked.withStructuredOutput(SCHEMA, { method: 'jsonSchema' }).invoke(PROMPT)];
			given.push(await called.invoke(PROMPT));
			for await (const last of await called.stream(PROMPT)) given[2] = last;
			return given;
		});
		expect(objects).toEqual([{ answer: 4 }, { answer: 4 }, { answer: 4 }]);
		expect(server.sent).toEqual({ input: 975, output: 1086 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('events', async () => {
		server.script(chatStream({ input: 10, output: 7 }));
		const asked = model();
		const ends = await invocation(ASK, async () => {
			const seen: string[] = [];
			for await (const { event } of asked.streamEvents(PROMPT, { version: 'v2' })) seen.push(event);
			return [seen.at(0), seen.at(-1)];
		});
		expect(ends).toEqual(['on_chat_model_start', 'on_chat_model_end']);
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('callbacks see what they saw', async () => {
		server.script(chatStream({ input: 10, output: 7 }), chat({ input: 100, output: 70 }));
		const totals: unknown[] = [];
		const handler = BaseCallbackHandler.fromMethods({
			handleLLMEnd: ({ llmOutput }) => void totals.push(llmOutput?.['tokenUsage']?.totalTokens),
		});
		const asked = model();
		await invocation(ASK, async () => {
			await whole(await asked.stream(PROMPT, { callbacks: [handler] }));
			await asked.invoke(PROMPT, { callbacks: [handler] });
		});
		expect(totals.at(-1)).toBe(170);
		expect(totals.length).toBe(2);
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('the cache costs nothing', async () => {
		server.script(chat({ input: 10, output: 7 }));
		const asked = model({ cache: true });
		const prompt = `${PROMPT} ${name}`;
		await invocation(ASK, () => asked.invoke(prompt));
		await invocation(OTHER, () => asked.invoke(prompt));
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});
});

describe('langchain 1:', () => {
	it('events, block by block', async () => {
		server.script(chatStream({ input: 10, output: 7 }));
		const asked = meterModel(
			new ChatOpenAI({ model: 'gpt-test', apiKey: 'none', configuration: { baseURL: `${server.url}/v1` } }),
		);
		const given = await invocation(ASK, async () => ({ events: asked.streamEvents(PROMPT) }));
		const answer = await invocation(OTHER, async () => await given.events);
		expect(totalOf(answer)).toBe(17);
		expect(await bills()).toEqual({ spans: {}, counter: { [ASK]: server.sent } });
	});

	it('a model of one’s own, which reports in parts and asks itself in streams', async () => {
		let reported = 0;
		class Own extends FakeListChatModel {
			override async *_streamResponseChunks(
				...args: Parameters<FakeListChatModel['_streamResponseChunks']>
			): ReturnType<FakeListChatModel['_streamResponseChunks']> {
				for await (const chunk of super._streamResponseChunks(...args)) {
					Object.assign(chunk.message, { usage_metadata: { input_tokens: 3, output_tokens: 1, total_tokens: 4 } });
					reported++;
					yield chunk;
				}
			}
			override async _generate(...args: Parameters<FakeListChatModel['_generate']>) {
				let answer: AIMessage | undefined;
				for await (const { message } of this._streamResponseChunks(args[0], args[1] ?? {})) {
					answer = new AIMessage(String(message.content));
					Object.assign(answer, { usage_metadata: { input_tokens: 9, output_tokens: 9, total_tokens: 18 } });
				}
				return { generations: [{ text: '', message: answer ?? new AIMessage('') }] };
			}
		}
		const asked = meterModel(new Own({ responses: ['abcd'] }));
		await invocation(ASK, () => asked.invoke(PROMPT));
		expect(reported).toBe(4);
		await invocation(OTHER, async () => {
			for await (const _ of await asked.stream(PROMPT)) break;
		});
		// LangChain reads ahead of its consumer.
		const left = reported - 4;
		expect([1, 2, 3]).toContain(left);
		expect(await bills()).toEqual(
			both({ [ASK]: { input: 12, output: 4 }, [OTHER]: { input: 3 * left, output: left } }),
		);
	});
});
