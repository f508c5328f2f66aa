import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

/** The token usage that a provider reports for a call. */
export interface Spent {
	readonly input: number;
	readonly output: number;
}

/** A part of a reply that is sent at once. */
export type Part =
	| {
			readonly text: string | Uint8Array;
			/** The usage that the provider has reported for this call with this text; it replaces the previous report. */
			readonly reports?: Spent;
	  }
	/** Waits, in milliseconds. */
	| { readonly slow: number }
	/** Waits until the client closes the connection. */
	| 'until left'
	/** Breaks the connection. */
	| 'cut';

/** One reply. */
export interface Reply {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly parts: readonly Part[];
}

/** A request that arrived. */
export interface Asked {
	readonly method: string;
	readonly path: string;
	readonly body: Readonly<Record<string, unknown>>;
}

const NOTHING: Spent = { input: 0, output: 0 };

/**
 * A provider on 127.0.0.1. It responds to each request with the next reply of its script, and keeps the sum of the
 * usage that it reported: what a customer would be billed.
 */
export class Provider {
	readonly asked: Asked[] = [];
	#script: Reply[] = [];
	#sent = NOTHING;
	readonly #server: Server;

	constructor() {
		this.#server = createServer((request, response) => {
			this.#answer(request, response).catch((error) => {
				response.statusCode = 418;
				response.end(JSON.stringify({ error: { message: String(error) } }));
			});
		});
	}

	/** Listens on a free port; before that it has no `url`. */
	async start(): Promise<void> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** Adds the next replies, in this order. */
	script(...replies: Reply[]): void {
		this.#script.push(...replies);
	}

	/** The sum of the usage that it reported since the last `reset`. */
	get sent(): Spent {
		return this.#sent;
	}

	/** The number of scripted replies that were not requested. */
	get left(): number {
		return this.#script.length;
	}

	/** Clears the script, the requests and the sum. */
	reset(): void {
		this.asked.length = 0;
		this.#script = [];
		this.#sent = NOTHING;
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const text = await read(request);
		const { pathname: path } = new URL(request.url ?? '', this.url);
		this.asked.push({ method: request.method ?? '', path, body: text.startsWith('{') ? JSON.parse(text) : {} });
		const reply = this.#script.shift();
		if (reply === undefined) throw new Error(`the script has no answer to ${request.method} ${path}`);
		response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
		let reported = NOTHING;
		for (const part of reply.parts) {
			if (part === 'cut') {
				response.destroy();
				return;
			}
			if (part === 'until left') await left(response);
			else if ('slow' in part) await after(part.slow);
			else {
				const { reports = reported } = part;
				this.#sent = {
					input: this.#sent.input + reports.input - reported.input,
					output: this.#sent.output + reports.output - reported.output,
				};
				reported = reports;
				await written(response, part.text);
			}
		}
		response.end();
	}
}

/** Returns a reply in JSON. */
export function json(body: unknown, reports?: Spent, status = 200): Reply {
	return { status, parts: [{ text: JSON.stringify(body), ...(reports ? { reports } : {}) }] };
}

/** Returns a reply of server-sent events. */
export function events(...parts: Part[]): Reply {
	return { headers: { 'content-type': 'text/event-stream; charset=utf-8' }, parts };
}

/** Returns one server-sent event. */
export function event(data: unknown, { name, reports }: { name?: string; reports?: Spent } = {}): Part {
	const text = `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
	return { text, ...(reports ? { reports } : {}) };
}

/** Returns the same reply in chunks of `size` bytes, a moment apart; they may cut through characters. */
export function inBits(reply: Reply, size: number): Reply {
	const parts = reply.parts.flatMap((part): Part[] => {
		if (typeof part === 'string' || !('text' in part)) return [part];
		const bytes = Buffer.from(part.text);
		const bits = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
			bytes.subarray(at * size, (at + 1) * size),
		);
		const last = bits.pop() ?? '';
		return [...bits.flatMap((text): Part[] => [{ text }, { slow: 0 }]), { ...part, text: last }];
	});
	return { ...reply, parts };
}

async function read(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('utf8');
}

function left(response: ServerResponse): Promise<void> {
	return new Promise((resolve) => (response.closed ? resolve() : response.once('close', () => resolve())));
}

function written(response: ServerResponse, text: string | Uint8Array): Promise<void> {
	return new Promise((resolve) => response.write(text, () => resolve()));
}
