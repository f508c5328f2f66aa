import { describe, expect, it } from '@jest/globals';
import { CohereClient, CohereClientV2 } from 'cohere-ai';
import { meterModel } from '../../../index.js';
import { failureOf, messageOf } from '../../contract/harness.js';
import { ASK, bills, both, invocation } from './bills.js';
import { inParallel, readElsewhere } from './cases.js';
import { CohereClient as PreviousClient, CohereClientV2 as PreviousClientV2 } from './previous/cohere.js';
import { provided } from './provided.js';
import {
	chat,
	chat1,
	chat1Begins,
	chat1Ends,
	chatBegins,
	chatEnds,
	chatStream,
	embeds,
	lines,
	refuses,
} from './servers/cohere.js';
import { event, events, inBits } from './servers/wire.js';

const MESSAGES = [{ role: 'user' as const, content: 'Is it true?' }];
const CHAT = { model: 'command-test', messages: MESSAGES };

const server = provided();

describe.each([
	['cohere 8', CohereClientV2, CohereClient],
	['cohere 7', PreviousClientV2 as unknown as typeof CohereClientV2, PreviousClient as unknown as typeof CohereClient],
])('%s:', (_, ClientV2, Client) => {
	const options = () => ({ token: 'none', environment: server.url, maxRetries: 0 });
	const bare = () => new ClientV2(options());
	const client = () => meterModel(bare());
	const read = async (stream: AsyncIterable<{ type?: unknown; eventType?: unknown }>) => {
		const kinds: unknown[] = [];
		for await (const { type, eventType } of stream) kinds.push(type ?? eventType);
		return kinds;
	};

	it('the client is returned unchanged', async () => {
		const cohere = bare();
		const keys = Object.keys(cohere);
		expect(meterModel(cohere)).toBe(cohere);
		expect(meterModel(cohere)).toBe(cohere);
		expect(Object.keys(cohere)).toEqual(keys);
		server.script(chat({ input: 3, output: 4 }));
		const { data, rawResponse } = await invocation(ASK, async () => cohere.chat(CHAT).withRawResponse());
		expect([data.usage?.billedUnits?.inputTokens, rawResponse.status]).toEqual([3, 200]);
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('plain', async () => {
		server.script(chat({ input: 123, output: 45 }));
		const answer = await invocation(ASK, async () => client().chat(CHAT));
		expect(answer.message?.content?.[0]).toMatchObject({ text: 'yes' });
		expect(server.sent).toEqual({ input: 123, output: 45 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream', async () => {
		const whole = chatStream({ input: 10, output: 7 });
		server.script(whole, inBits(whole, 11));
		const cohere = client();
		const kinds = await invocation(ASK, async () => {
			await read(await cohere.chatStream(CHAT));
			return await read(await cohere.chatStream(CHAT));
		});
		expect([kinds.at(0), kinds.at(-1)]).toEqual(['message-start', 'message-end']);
		expect(server.sent).toEqual({ input: 20, output: 14 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream left early', async () => {
		server.script(events(...chatBegins(), 'until left'), chatStream({ input: 10, output: 7 }));
		const cohere = client();
		await invocation(ASK, async () => {
			for await (const { type } of await cohere.chatStream(CHAT)) if (type === 'content-delta') break;
			for await (const { type } of await cohere.chatStream(CHAT)) if (type === 'message-end') break;
		});
		expect(server.sent).toEqual({ input: 10, output: 7 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream read elsewhere', async () => {
		server.script(chatStream({ input: 10, output: 7 }));
		const cohere = client();
		await readElsewhere(server, async () => cohere.chatStream(CHAT), read);
	});

	it('429', async () => {
		server.script(refuses(429), chat({ input: 2, output: 3 }), refuses(429), chat({ input: 20, output: 30 }));
		const cohere = client();
		const failure = await invocation(ASK, async () => {
			const failed = await failureOf(async () => await cohere.chat(CHAT));
			await cohere.chat(CHAT);
			await cohere.chat(CHAT, { maxRetries: 1 });
			return failed;
		});
		expect(messageOf(failure)).toContain('429');
		expect(await bills()).toEqual(both({ [ASK]: { input: 22, output: 33 } }));
	});

	it('500 in mid-stream', async () => {
		server.script(
			events(...chatBegins(), event('{"message":"Internal error of a test"'), 'cut'),
			events(...chatBegins(), chatEnds({ input: 20, output: 2 }), 'cut'),
		);
		const cohere = client();
		const failures = await invocation(ASK, async () => [
			await failureOf(async () => read(await cohere.chatStream(CHAT))),
			await failureOf(async () => read(await cohere.chatStream(CHAT))),
		]);
		expect(failures.map((failed) => failed !== undefined)).toEqual([true, true]);
		expect(server.sent).toEqual({ input: 20, output: 2 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('tools', async () => {
		server.script(
			chat({ input: 10, output: 1 }, 'tool'),
			chat({ input: 200, output: 20 }, 'tool'),
			chat({ input: 3000, output: 300 }),
		);
		const cohere = client();
		await invocation(ASK, async () => {
			const messages: NonNullable<Parameters<typeof cohere.chat>[0]['messages']> = [...MESSAGES];
			for (let turn = 0; turn < 5; turn++) {
				const { message } = await cohere.chat({ ...CHAT, messages });
				const calls = message?.toolCalls ?? [];
				if (calls.length === 0) return;
				messages.push({ role: 'assistant', toolCalls: calls });
				for (const { id } of calls) messages.push({ role: 'tool', toolCallId: id ?? '', content: 'seen' });
			}
		});
		expect(server.asked.length).toBe(3);
		expect(server.sent).toEqual({ input: 3210, output: 321 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('parallel', async () => {
		const cohere = client();
		await inParallel(server, chat, async () => cohere.chat(CHAT));
	});

	it('embeddings', async () => {
		server.script(embeds(8));
		const cohere = client();
		const request = { model: 'embed-test', inputType: 'search_query' as const, embeddingTypes: ['float' as const] };
		await invocation(ASK, async () => cohere.embed({ ...request, texts: ['x'] }));
		expect(await bills()).toEqual(both({ [ASK]: { input: 8, output: 0 } }));
	});

	it('version 1 of the API, and version 2 beside it', async () => {
		server.script(
			chat1({ input: 5, output: 6 }),
			lines(...chat1Begins(), chat1Ends({ input: 70, output: 80 })),
			lines(...chat1Begins(), 'until left'),
			chat({ input: 900, output: 1000 }),
		);
		const cohere = meterModel(new Client(options()));
		expect(meterModel(cohere)).toBe(cohere);
		const kinds = await invocation(ASK, async () => {
			await cohere.chat({ message: 'Is it true?' });
			const all = await read(await cohere.chatStream({ message: 'Is it true?' }));
			for await (const _chunk of await cohere.chatStream({ message: 'Is it true?' })) break;
			await cohere.v2.chat(CHAT);
			return all;
		});
		expect(kinds).toEqual(['stream-start', 'text-generation', 'stream-end']);
		expect(server.sent).toEqual({ input: 975, output: 1086 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});
});
