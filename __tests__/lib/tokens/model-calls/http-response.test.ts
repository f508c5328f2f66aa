import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import {
	type HttpResponseReaders,
	isSuccess,
	watchHttpResponse,
} from '../../../../lib/tokens/model-calls/http-response.js';
import type { TokenUsage } from '../../../../lib/usage/accounting/usage.js';

const BODY = { id: 'chatcmpl-1', object: 'chat.completion', model: 'gpt-6', choices: [] };
const USAGE = { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 };
const TEXT = JSON.stringify({ ...BODY, usage: USAGE });
const SSE = `data: ${JSON.stringify({ ...BODY, object: 'chat.completion.chunk', usage: USAGE })}\n\ndata: [DONE]\n\n`;

function watched(response: object) {
	const told: TokenUsage[] = [];
	const ended: unknown[][] = [];
	const answer: HttpResponseReaders = {
		call: {
			run: (fn, self, args) => Reflect.apply(fn, self, args),
			report: (usage) => void (told.length === 0 && usage && told.push(usage)),
		},
		ended: (usage, json, whole) => ended.push([usage !== undefined, json !== undefined, whole]),
	};
	return { told, ended, hooked: watchHttpResponse(response, answer) };
}

describe('an answer is read on whatever way it is read', () => {
	const ways: [string, (response: Response) => unknown][] = [
		['json', (response) => response.json()],
		['text', (response) => response.text()],
		['arrayBuffer', (response) => response.arrayBuffer()],
		['bytes', (response) => (response as unknown as { bytes(): Promise<unknown> }).bytes()],
		['the body', (response) => Array.fromAsync(response.body as unknown as AsyncIterable<unknown>)],
		['a reader', (response) => drained((response.body as ReadableStream).getReader())],
		['a pipe', (response) => response.body?.pipeTo(new WritableStream())],
		['a pipe through', (response) => new Response(response.body?.pipeThrough(new TransformStream())).text()],
		['Node', (response) => Array.fromAsync(Readable.fromWeb(response.body as never))],
		['another response', (response) => new Response(response.body).text()],
		['a clone', (response) => response.clone().json()],
		['both branches', (response) => Promise.all([response.clone().text(), response.text()])],
	];
	it.each(ways)('%s', async (_, read) => {
		const response = new Response(TEXT);
		const { told, hooked } = watched(response);
		expect(hooked).toBe(true);
		await read(response);
		expect(told).toMatchObject([{ in: 11, out: 5 }]);
	});

	it('events by text', async () => {
		const response = new Response(SSE);
		const { told, ended } = watched(response);
		expect(await response.text()).toBe(SSE);
		expect([told, ended]).toMatchObject([[{ in: 11, out: 5 }], [[true, false, true]]]);
	});

	it('a body that is a Node stream', async () => {
		const body = Readable.from([Buffer.from(SSE.slice(0, 20)), Buffer.from(SSE.slice(20))]);
		const response = { ok: true, body, json: () => Promise.resolve({}) };
		const { told } = watched(response);
		expect(response.body).toBe(body);
		await Array.fromAsync(response.body);
		expect(told).toMatchObject([{ in: 11, out: 5 }]);
	});
});

describe('watching an answer', () => {
	it('reads nothing, and keeps the response what it is', async () => {
		const response = new Response(TEXT, { status: 201 });
		const { told } = watched(response);
		expect([Object.keys(response), response.bodyUsed, response.status, told]).toEqual([[], false, 201, []]);
		expect(response.body).toBe(response.body);
		expect(response).toBeInstanceOf(Response);
		expect(await response.json()).toEqual(JSON.parse(TEXT));
		await expect(response.json()).rejects.toThrow();
	});

	it('tells once that a whole answer had no usage', async () => {
		const response = new Response(JSON.stringify(BODY));
		const { told, ended } = watched(response);
		void response.body;
		await response.text();
		expect([told, ended]).toEqual([[], [[false, true, true]]]);
	});

	it('tells once that an answer was left', async () => {
		const response = new Response(SSE);
		const { told, ended } = watched(response);
		await response.body?.cancel();
		expect([told, ended]).toEqual([[], [[false, false, false]]]);
	});

	it('says so where it cannot', () => {
		const frozen = Object.freeze({ ok: true, json: () => Promise.resolve({}), body: null });
		expect([watched(frozen).hooked, watched({}).hooked]).toEqual([false, false]);
		const answer = {} as HttpResponseReaders;
		expect([undefined, null, 'text'].map((value) => watchHttpResponse(value, answer))).toEqual([false, false, false]);
	});

	it('knows a good answer from a refusal', () => {
		expect([new Response(''), new Response('', { status: 429 }), undefined, {}].map(isSuccess)).toEqual([
			true,
			false,
			false,
			false,
		]);
	});
});

async function drained(reader: ReadableStreamDefaultReader): Promise<void> {
	while (!(await reader.read()).done);
}
