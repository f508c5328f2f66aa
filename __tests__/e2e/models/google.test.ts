import { runInThisContext } from 'node:vm';
import { GoogleGenAI } from '@google/genai';
import { describe, expect, it } from '@jest/globals';
import { meterModel } from '../../../index.js';
import { failureOf, messageOf } from '../../contract/harness.js';
import { ASK, bills, both, invocation, OTHER } from './bills.js';
import { inParallel, readElsewhere } from './cases.js';
import { GoogleGenAI as PreviousGoogleGenAI } from './previous/google.js';
import { provided } from './provided.js';
import {
	begins,
	callsTool,
	embeds,
	fails,
	interacts,
	interactsInStream,
	refuses,
	says,
	streams,
	streamsTool,
} from './servers/google.js';
import { events } from './servers/wire.js';

const model = 'gemini-test';
const contents = 'Is it true?';

const look = {
	tool: async () => ({
		functionDeclarations: [{ name: 'look', parametersJsonSchema: { type: 'object', properties: {} } }],
	}),
	callTool: async () => [{ functionResponse: { name: 'look', response: { seen: true } } }],
};

/** The client requires the dispatcher of Node's fetch, which Jest does not expose in the realm of a test. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');
Object.assign(globalThis, {
	[DISPATCHER]: runInThisContext(`new Headers(), globalThis[Symbol.for('${DISPATCHER.description}')]`),
});

const server = provided();

describe.each([
	['google 3', GoogleGenAI],
	['google 2', PreviousGoogleGenAI as unknown as typeof GoogleGenAI],
])('%s:', (_, Client) => {
	const options = () => ({ apiKey: 'none', httpOptions: { baseUrl: server.url } });
	const client = () => meterModel(new Client(options()));
	const read = async (stream: AsyncIterable<unknown>) => {
		let chunks = 0;
		for await (const _chunk of stream) chunks++;
		return chunks;
	};

	it('the client is returned unchanged', async () => {
		const ai = new Client(options());
		const keys = Object.keys(ai.models);
		expect(meterModel(ai)).toBe(ai);
		expect(meterModel(ai)).toBe(ai);
		expect(ai).toBeInstanceOf(Client);
		expect(Object.keys(ai.models)).toEqual(keys);
		server.script(says({ input: 3, output: 4 }));
		const answer = await invocation(ASK, () => ai.models.generateContent({ model, contents }));
		expect([answer.text, answer.usageMetadata?.totalTokenCount]).toEqual(['yes', 7]);
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('plain', async () => {
		server.script(says({ input: 123, output: 45 }));
		await invocation(ASK, () => client().models.generateContent({ model, contents }));
		expect(server.sent).toEqual({ input: 123, output: 45 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream', async () => {
		server.script(streams({ input: 10, output: 1 }, null, { input: 10, output: 7 }));
		const ai = client();
		const chunks = await invocation(ASK, async () => read(await ai.models.generateContentStream({ model, contents })));
		expect([chunks, server.sent]).toEqual([3, { input: 10, output: 7 }]);
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream left early', async () => {
		server.script(events(...begins({ input: 10, output: 1 }), 'until left'));
		const ai = client();
		await invocation(ASK, async () => {
			for await (const _chunk of await ai.models.generateContentStream({ model, contents })) break;
		});
		expect(server.sent).toEqual({ input: 10, output: 1 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('stream read elsewhere', async () => {
		server.script(streams(null, { input: 10, output: 7 }));
		const ai = client();
		await readElsewhere(server, () => ai.models.generateContentStream({ model, contents }), read);
	});

	it('429', async () => {
		server.script(refuses(429, 'RESOURCE_EXHAUSTED'), says({ input: 2, output: 3 }));
		const ai = client();
		const failure = await invocation(ASK, async () => {
			const failed = await failureOf(() => ai.models.generateContent({ model, contents }));
			await ai.models.generateContent({ model, contents });
			return failed;
		});
		expect(messageOf(failure)).toContain('RESOURCE_EXHAUSTED');
		expect(await bills()).toEqual(both({ [ASK]: { input: 2, output: 3 } }));
	});

	it('500 in mid-stream', async () => {
		server.script(events(...begins({ input: 20, output: 2 }), fails()));
		const ai = client();
		const failure = await invocation(ASK, () =>
			failureOf(async () => read(await ai.models.generateContentStream({ model, contents }))),
		);
		expect(messageOf(failure)).toContain('Internal error of a test');
		expect(server.sent).toEqual({ input: 20, output: 2 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('connection cut in mid-stream', async () => {
		const cut = events(...begins({ input: 20, output: 2 }), 'cut');
		server.script(cut, cut);
		const end = async (ai: GoogleGenAI) => {
			const failure = await failureOf(async () => read(await ai.models.generateContentStream({ model, contents })));
			return String(failure?.thrown);
		};
		const bare = await end(new Client(options()));
		expect(bare).toBe('TypeError: terminated');
		expect(await invocation(ASK, () => end(client()))).toBe(bare);
		expect(await bills()).toEqual(both({ [ASK]: { input: 20, output: 2 } }));
	});

	it('tools', async () => {
		const turns = [
			callsTool({ input: 10, output: 1 }),
			callsTool({ input: 200, output: 20 }),
			says({ input: 3000, output: 300 }),
		];
		server.script(...turns);
		const ai = client();
		await invocation(ASK, () => ai.models.generateContent({ model, contents, config: { tools: [look] } }));
		expect(server.asked.length).toBe(3);
		expect(server.sent).toEqual({ input: 3210, output: 321 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});

	it('tools in a stream that is read elsewhere', async () => {
		server.script(
			streamsTool({ input: 10, output: 1 }),
			streamsTool({ input: 200, output: 20 }),
			streams(null, { input: 3000, output: 300 }),
		);
		const ai = client();
		const open = () => ai.models.generateContentStream({ model, contents, config: { tools: [look] } });
		await readElsewhere(server, open, read);
		expect(server.sent).toEqual({ input: 3210, output: 321 });
	});

	it('parallel', async () => {
		const ai = client();
		await inParallel(server, says, () => ai.models.generateContent({ model, contents }));
	});

	it('chat', async () => {
		server.script(says({ input: 5, output: 6 }), streams({ input: 70, output: 8 }), says({ input: 900, output: 10 }));
		const chat = client().chats.create({ model });
		await invocation(ASK, async () => {
			await chat.sendMessage({ message: contents });
			await read(await chat.sendMessageStream({ message: contents }));
		});
		await invocation(OTHER, () => chat.sendMessage({ message: contents }));
		expect(await bills()).toEqual(both({ [ASK]: { input: 75, output: 14 }, [OTHER]: { input: 900, output: 10 } }));
	});

	it('interactions', async () => {
		const spent = { input: 5, output: 6 };
		server.script(
			interacts({ input: 70, output: 80 }),
			events(...interactsInStream(spent)),
			events(...interactsInStream(spent).slice(0, 2), 'until left'),
		);
		const ai = client();
		const input = { model, input: contents };
		const seen = await invocation(ASK, async () => {
			const answer = await ai.interactions.create(input);
			const chunks = await read(await ai.interactions.create({ ...input, stream: true }));
			for await (const _chunk of await ai.interactions.create({ ...input, stream: true })) break;
			return [answer.status, chunks];
		});
		expect(seen).toEqual(['completed', 3]);
		expect(server.sent).toEqual({ input: 75, output: 86 });
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});
});

describe('google 3:', () => {
	it('embeddings', async () => {
		server.script(embeds({ input: 8, output: 0 }));
		const ai = meterModel(new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: server.url } }));
		await invocation(ASK, () => ai.models.embedContent({ model: 'gemini-embedding-001', contents }));
		expect(await bills()).toEqual(both({ [ASK]: server.sent }));
	});
});
