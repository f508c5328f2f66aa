import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { meterModel } from 'agentese-otel';
import OpenAI from 'openai';
import { ponder } from './umwelt.js';

/** A language model: a real OpenAI client whose server is in this process, so that it needs no key and no network. */
export interface Model extends AsyncDisposable {
	/** The metered client. */
	readonly client: OpenAI;
	/** Returns the model's answer to the question. */
	ask(question: string): Promise<string>;
	/** Yields the model's answer to the question word by word. */
	stream(question: string): AsyncGenerator<string>;
}

/**
 * Starts a server on 127.0.0.1 that speaks OpenAI's protocol, and returns a model with a metered client of it.
 * Disposing of the model stops the server.
 */
export async function startModel(): Promise<Model> {
	const server = createServer(async (request, response) => {
		const { stream, messages } = JSON.parse(await text(request)) as ChatRequest;
		const [question = { content: '' }] = messages;
		await (stream === true ? sendStream(response, question.content) : sendCompletion(response, question.content));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	// `meterModel` counts the tokens of each call of this client, for the invocation that makes the call.
	const client = meterModel(new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 }));
	const model = 'bonsai-1';
	const toMessages = (question: string) => [{ role: 'user' as const, content: question }];
	return {
		client,
		async ask(question) {
			const { choices } = await client.chat.completions.create({ model, messages: toMessages(question) });
			return choices[0]?.message.content ?? '';
		},
		async *stream(question) {
			const chunks = await client.chat.completions.create({
				model,
				messages: toMessages(question),
				stream: true,
				// Without this option OpenAI reports no usage of a stream, and no tokens are counted.
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

/** The parts of OpenAI's chat completion request that the server reads. */
interface ChatRequest {
	readonly stream?: boolean;
	readonly messages: readonly { readonly content: string }[];
}

/** Answers with one JSON object, which includes the usage. */
async function sendCompletion(response: ServerResponse, question: string): Promise<void> {
	await ponder(12);
	const message = { role: 'assistant', content: `${question} has not met its opposite yet` };
	const usage = { prompt_tokens: 1234, completion_tokens: 567, total_tokens: 1801 };
	response.setHeader('content-type', 'application/json');
	response.end(
		JSON.stringify({ ...head('chat.completion'), choices: [{ index: 0, message, finish_reason: 'stop' }], usage }),
	);
}

/** Answers with server-sent events. The usage is in an event of its own before the end, as `include_usage` requests. */
async function sendStream(response: ServerResponse, question: string): Promise<void> {
	const words = ['Slowly, ', 'the ', 'garden ', 'answers: ', question.split(' It is ').at(-1) ?? ''];
	response.setHeader('content-type', 'text/event-stream');
	const send = (event: object) =>
		response.write(`data: ${JSON.stringify({ ...head('chat.completion.chunk'), ...event })}\n\n`);
	for (const content of words) {
		await ponder(2);
		send({ choices: [{ index: 0, delta: { content }, finish_reason: null }], usage: null });
	}
	const usage = { prompt_tokens: question.length, completion_tokens: words.length };
	send({ choices: [], usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens } });
	response.end('data: [DONE]\n\n');
}

/** How many objects the server has sent; it makes their ids unique. */
let sent = 0;

/** Returns the members that every object of the protocol begins with. */
function head(object: string) {
	return { id: `chatcmpl-${++sent}`, object, created: 1_795_000_000, model: 'bonsai-1' };
}
