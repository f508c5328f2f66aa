import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { meterModel } from 'agentese-otel';
import OpenAI from 'openai';
import { ponder } from './umwelt.js';

/** A model that the garden can ask, with a real client, and that needs neither a key nor a network. */
export interface Model extends AsyncDisposable {
	readonly client: OpenAI;
	/** Asks for one answer. */
	ask(question: string): Promise<string>;
	/** Asks for an answer word by word. */
	stream(question: string): AsyncGenerator<string>;
}

/** Starts a server on loopback that speaks OpenAI's wire protocol, and a metered client of it. */
export async function startModel(): Promise<Model> {
	const server = createServer(async (request, response) => {
		const { stream, messages } = JSON.parse(await text(request)) as Asked;
		const [question = { content: '' }] = messages;
		await (stream === true ? sendStream(response, question.content) : sendWhole(response, question.content));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	// Every call of this client is counted, for the invocation that makes it.
	const client = meterModel(new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 }));
	const model = 'bonsai-1';
	const asked = (question: string) => [{ role: 'user' as const, content: question }];
	return {
		client,
		async ask(question) {
			const { choices } = await client.chat.completions.create({ model, messages: asked(question) });
			return choices[0]?.message.content ?? '';
		},
		async *stream(question) {
			const chunks = await client.chat.completions.create({
				model,
				messages: asked(question),
				stream: true,
				stream_options: { include_usage: true },
			});
			for await (const { choices } of chunks) yield choices[0]?.delta.content ?? '';
		},
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

interface Asked {
	readonly stream?: boolean;
	readonly messages: readonly { readonly content: string }[];
}

async function sendWhole(response: ServerResponse, question: string): Promise<void> {
	await ponder(12);
	const message = { role: 'assistant', content: `${question} has not met its opposite yet` };
	const usage = { prompt_tokens: 1234, completion_tokens: 567, total_tokens: 1801 };
	response.setHeader('content-type', 'application/json');
	response.end(
		JSON.stringify({ ...head('chat.completion'), choices: [{ index: 0, message, finish_reason: 'stop' }], usage }),
	);
}

/** Server-sent events, the usage in one of its own before the end, as asked for by `include_usage`. */
async function sendStream(response: ServerResponse, question: string): Promise<void> {
	const words = ['Slowly, ', 'the ', 'garden ', 'answers: ', question.split(' It is ').at(-1) ?? ''];
	response.setHeader('content-type', 'text/event-stream');
	const send = (event: object) =>
		response.write(`data: ${JSON.stringify({ ...head('chat.completion.chunk'), ...event })}\n\n`);
	for (const content of words) {
		await ponder(2);
		send({ choices: [{ index: 0, delta: { content }, finish_reason: null }], usage: null });
	}
	const spent = { prompt_tokens: question.length, completion_tokens: words.length };
	send({ choices: [], usage: { ...spent, total_tokens: spent.prompt_tokens + spent.completion_tokens } });
	response.end('data: [DONE]\n\n');
}

let answers = 0;

function head(object: string) {
	return { id: `chatcmpl-${++answers}`, object, created: 1_795_000_000, model: 'bonsai-1' };
}
