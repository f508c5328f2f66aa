import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { CohereClient, CohereClientV2 } from 'cohere-ai';
import OpenAI from 'openai';
import { traced } from '../../../../../index.js';
import { currentInvocation } from '../../../../../lib/invocation/context.js';
import { aiSdk } from '../../../../../lib/tokens/clients/adapters/ai-sdk.js';
import { cohere } from '../../../../../lib/tokens/clients/adapters/cohere.js';
import { google } from '../../../../../lib/tokens/clients/adapters/google.js';
import { langchain } from '../../../../../lib/tokens/clients/adapters/langchain.js';
import { meterModel } from '../../../../../lib/tokens/clients/meter-model.js';
import { bindContext } from '../../../../../lib/tokens/model-calls/bind-context.js';
import { dropSdk, loggedMessages, points, startSdk } from '../../../../contract/harness.js';

const partsOf = (parts: readonly object[]) =>
	new ReadableStream<object>({
		start(controller) {
			for (const part of parts) controller.enqueue(part);
			controller.close();
		},
	});

const ADAPTERS = [google, cohere, aiSdk, langchain];
const CLIENTS = [
	['@google/genai', () => new GoogleGenAI({ apiKey: 'none' })],
	['cohere-ai', () => new CohereClient({ token: 'none' })],
	['cohere-ai', () => new CohereClientV2({ token: 'none' })],
	['ai', () => createOpenAI({ apiKey: 'none' })('gpt-test')],
	['ai', () => createOpenAI({ apiKey: 'none' }).embedding('embedding-test')],
	['@langchain/core', () => new FakeListChatModel({ responses: ['yes'] })],
] as const;

beforeEach(() => startSdk());

afterEach(() => dropSdk());

describe('client adapters', () => {
	it.each(CLIENTS)('%s is recognized by one adapter', (name, make) => {
		const recognizing = ADAPTERS.filter((adapter) => adapter.recognizes(make()));
		expect(recognizing.map((adapter) => adapter.name)).toEqual([name]);
	});

	it.each([
		...CLIENTS.filter(([name]) => name !== '@google/genai').map(([, make]) => make),
		() =>
			Object.assign(new GoogleGenAI({ apiKey: 'none' }), {
				models: Object.freeze(new GoogleGenAI({ apiKey: 'none' }).models),
			}),
	])('a frozen one is refused, case %#', (make) => {
		const client = make() as object;
		const parts = ['clientV2', 'client'].map((key) => (client as Record<string, object | undefined>)[key]);
		for (const part of parts) if (part !== undefined) Object.freeze(part);
		if (!('models' in client && Object.isFrozen(client.models))) Object.freeze(client);
		expect(() => meterModel(client)).toThrow(/frozen/);
	});

	it('decisions of OpenAI count', async () => {
		const usage = { input_tokens: 70, output_tokens: 7, total_tokens: 77 };
		const fetch = async () => Response.json({ answers: [], model: 'gpt-6', usage });
		const client = meterModel(new OpenAI({ apiKey: 'none', fetch }));
		await traced(async () => void (await client.decisions.create({} as never)), { path: 'self.soul.ask' })();
		const counted = (await points()).filter(({ name }) => name === 'agentese.tokens');
		expect(counted.map(({ value }) => value)).toEqual([70, 7]);
	});

	it('Claude on Bedrock, which has other paths, counts; for a stream in its binary format a warning is logged', async () => {
		const usage = { input_tokens: 70, output_tokens: 7 };
		const answer = { id: 'msg_bdrk_1', type: 'message', model: 'claude', content: [], usage };
		const fetch = async (url: unknown) =>
			String(url).endsWith('/invoke') ? Response.json(answer) : new Response(new Uint8Array([0, 0, 0, 90, 0]));
		const client = meterModel(new Anthropic({ apiKey: 'none', fetch }));
		const ask = async () => void (await client.post('/model/anthropic.claude-v1%3A0/invoke', { body: {} }));
		await traced(ask, { path: 'self.soul.ask' })();
		const counted = (await points()).filter(({ name }) => name === 'agentese.tokens');
		expect(counted.map(({ value }) => value)).toEqual([70, 7]);
		expect(loggedMessages()).toEqual([]);
		const path = '/model/anthropic.claude-v1%3A0/invoke-with-response-stream';
		await (await client.post(path, { body: {} }).asResponse()).arrayBuffer();
		expect(loggedMessages()).toEqual([expect.stringContaining('a response of Anthropic had no usage in it')]);
	});

	it('a provider of the AI SDK is refused, with what to pass instead', () => {
		expect(() => meterModel(createOpenAI({ apiKey: 'none' }))).toThrow("Pass each model: meterModel(openai('gpt-5')).");
	});

	it.each([
		['@google/genai', { models: { generateContent() {} } }],
		['cohere-ai', { chat() {}, chatStream() {}, embed() {}, rerank() {} }],
		['ai', { specificationVersion: 'v4', modelId: 'x' }],
		['@langchain/core', { _generate() {}, invoke() {} }],
	])('an object with only some members of a client of %s is not recognized', (_, part) => {
		expect(ADAPTERS.filter((adapter) => adapter.recognizes(part))).toEqual([]);
	});

	it('an object that two clients share is metered once', async () => {
		const model = { generateContentInternal: async () => ({ usageMetadata: { promptTokenCount: 7 } }) };
		const models = Object.assign(Object.create(model), {
			generateContent: () => models.generateContentInternal(),
			generateContentStream: async () => [],
		});
		const client = () => ({ models, vertexai: false });
		meterModel(client());
		meterModel(client());
		await traced(() => models.generateContent(), { path: 'self.soul.ask' })();
		const tokens = (await points()).filter(({ name }) => name === 'agentese.tokens');
		expect(tokens.map(({ value }) => value)).toEqual([7]);
	});
});

describe('a model of an older specification', () => {
	it.each([
		['v1', { promptTokens: 3, completionTokens: 4 }],
		['v2', { inputTokens: 3, outputTokens: 4, totalTokens: 7 }],
		['v3', { inputTokens: { total: 3 }, outputTokens: { total: 4 } }],
		['v4', { inputTokens: { total: 3, cacheRead: 1 }, outputTokens: { total: 4, reasoning: 2 } }],
	])('%s counts with and without a stream', async (specificationVersion, usage) => {
		const parts = [
			{ type: 'text-delta', id: '1', delta: 'yes' },
			{ type: 'finish', usage, finishReason: 'stop' },
		];
		const model = meterModel({
			specificationVersion,
			modelId: 'custom-1',
			provider: 'custom',
			doGenerate: async () => ({ content: [], usage }),
			doStream: async () => ({ stream: partsOf(parts) }),
		});
		const received: unknown[] = [];
		await traced(
			async () => {
				await model.doGenerate();
				for await (const part of (await model.doStream()).stream) received.push(part);
			},
			{ path: 'self.soul.ask' },
		)();
		expect(received).toEqual(parts);
		const tokens = (await points()).filter(({ name }) => name === 'agentese.tokens');
		expect(tokens.map(({ value }) => value)).toEqual([6, 8]);
	});
});

describe('a method whose result does its work later', () => {
	const generator = {
		async *words() {
			yield currentInvocation()?.path;
			await null;
			yield currentInvocation()?.path;
		},
		plain: () => 7,
		fails: () => Promise.reject('no'),
	};

	it('does its work in the context of the call', async () => {
		const model = { ...generator };
		expect(bindContext(model, 'words')).toBe(true);
		const given = traced(() => ({ words: model.words() }), { path: 'self.soul.ask' })();
		const paths: unknown[] = [];
		await traced(
			async () => {
				for await (const word of given.words) paths.push(word, currentInvocation()?.path);
			},
			{ path: 'self.garden.water' },
		)();
		expect(paths).toEqual(['self.soul.ask', 'self.garden.water', 'self.soul.ask', 'self.garden.water']);
	});

	it('returns and rejects as before', async () => {
		const model = { ...generator };
		for (const key of ['plain', 'fails']) expect(bindContext(model, key)).toBe(true);
		expect(model.plain()).toBe(7);
		await expect(model.fails()).rejects.toBe('no');
		expect(bindContext(model, 'none')).toBe(false);
	});
});
