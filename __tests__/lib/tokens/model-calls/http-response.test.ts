import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import {
	type HttpResponseHandler,
	isSuccess,
	watchHttpResponse,
} from '../../../../lib/tokens/model-calls/http-response.js';
import type { TokenUsage } from '../../../../lib/usage/accounting/usage.js';

const BODY = { id: 'chatcmpl-1', object: 'chat.completion', model: 'gpt-6', choices: [] };
const USAGE = { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 };
const TEXT = JSON.stringify({ ...BODY, usage: USAGE });
const SSE = `data: ${JSON.stringify({ ...BODY, object: 'chat.completion.chunk', usage: USAGE })}\n\ndata: [DONE]\n\n`;

function watched(response: object) {
	const reports: TokenUsage[] = [];
	const ended: unknown[][] = [];
	const handler: HttpResponseHandler = {
		call: {
			context: ROOT_CONTEXT,
			report: (usage) => void (reports.length === 0 && usage && reports.push(usage)),
		},
		onEnd: (usage, json, reachedEnd) => ended.push([usage !== undefined, json !== undefined, reachedEnd]),
	};
	return { reports, ended, hooked: watchHttpResponse(response, handler) };
}

describe('the usage of a response is reported however it is read', () => {
	const readings: [string, (response: Response) => unknown][] = [
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
	it.each(readings)('%s', async (_, read) => {
		const response = new Response(TEXT);
		const { reports, hooked } = watched(response);
		expect(hooked).toBe(true);
		await read(response);
		expect(reports).toMatchObject([{ input: 11, output: 5 }]);
	});

	it('events by text', async () => {
		const response = new Response(SSE);
		const { reports, ended } = watched(response);
		expect(await response.text()).toBe(SSE);
		expect([reports, ended]).toMatchObject([[{ input: 11, output: 5 }], [[true, false, true]]]);
	});

	it('a body that is a Node stream', async () => {
		const body = Readable.from([Buffer.from(SSE.slice(0, 20)), Buffer.from(SSE.slice(20))]);
		const response = { ok: true, body, json: () => Promise.resolve({}) };
		const { reports } = watched(response);
		expect(response.body).toBe(body);
		await Array.fromAsync(response.body);
		expect(reports).toMatchObject([{ input: 11, output: 5 }]);
	});
});

describe('watching a response', () => {
	it('reads nothing, and does not change the response', async () => {
		const response = new Response(TEXT, { status: 201 });
		const { reports } = watched(response);
		expect([Object.keys(response), response.bodyUsed, response.status, reports]).toEqual([[], false, 201, []]);
		expect(response.body).toBe(response.body);
		expect(response).toBeInstanceOf(Response);
		expect(await response.json()).toEqual(JSON.parse(TEXT));
		await expect(response.json()).rejects.toThrow();
	});

	it('calls onEnd once for a response without usage that was read whole', async () => {
		const response = new Response(JSON.stringify(BODY));
		const { reports, ended } = watched(response);
		void response.body;
		await response.text();
		expect([reports, ended]).toEqual([[], [[false, true, true]]]);
	});

	it('calls onEnd once for a response that was left', async () => {
		const response = new Response(SSE);
		const { reports, ended } = watched(response);
		await response.body?.cancel();
		expect([reports, ended]).toEqual([[], [[false, false, false]]]);
	});

	it('returns false if the response cannot be watched', () => {
		const frozen = Object.freeze({ ok: true, json: () => Promise.resolve({}), body: null });
		expect([watched(frozen).hooked, watched({}).hooked]).toEqual([false, false]);
		const handler = {} as HttpResponseHandler;
		expect([undefined, null, 'text'].map((value) => watchHttpResponse(value, handler))).toEqual([false, false, false]);
	});

	it('distinguishes success from an error', () => {
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
