import { expect } from '@jest/globals';
import { abandonOpenSettlements } from '../../../lib/settling/common/finalization.js';
import { type End, type Fact, fact, factOfOption, type Trial, where } from '../fact.js';
import { failureOf, settled } from '../harness.js';

const OK: End = { outcome: 'ok', result: 'Response' };
const CANCELLED: End = { outcome: 'cancelled' };

/** A body that records where it is pulled, and is pulled only on demand. */
class Body {
	readonly places: string[] = [];
	cancelled: unknown;

	constructor(readonly fails?: Error) {}

	stream(): ReadableStream<Uint8Array> {
		const queue = ['a', 'b'];
		return new ReadableStream<Uint8Array>(
			{
				pull: (controller) => {
					this.places.push(where());
					const chunk = queue.shift();
					if (chunk !== undefined) controller.enqueue(new TextEncoder().encode(chunk));
					else if (this.fails) controller.error(this.fails);
					else controller.close();
				},
				cancel: (reason) => {
					this.cancelled = reason;
				},
			},
			{ highWaterMark: 0 },
		);
	}
}

/** Returns the response of a woven method, whose invocation is in progress. */
async function woven(trial: Trial, body: BodyInit): Promise<Response> {
	const bare = new Response(body, { status: 201 });
	const response = (await trial.weave(async () => bare)()) as Response;
	expect([response === bare, response.status, response.bodyUsed, response.body?.locked]).toEqual([
		true,
		201,
		false,
		false,
	]);
	await trial.underWay();
	return response;
}

/** Facts about a web `Response`, which ends with its body. */
export const responseFacts: readonly Fact[] = [
	fact('a Response that is read as text ends with its body, whose pulls are inside', async (trial) => {
		const body = new Body();
		expect(await (await woven(trial, body.stream())).text()).toBe('ab');
		expect(body.places).toEqual(['inside', 'inside', 'inside']);
		await trial.ended(OK);
	}),
	fact('a Response of a text ends when it is read', async (trial) => {
		expect(await (await woven(trial, '{"a":1}')).json()).toEqual({ a: 1 });
		await trial.ended(OK);
	}),
	fact('a Response whose body a server reads by chunks ends with the last one', async (trial) => {
		const chunks: string[] = [];
		const { body } = await woven(trial, new Body().stream());
		for await (const chunk of body as ReadableStream<Uint8Array>) chunks.push(new TextDecoder().decode(chunk));
		expect(chunks).toEqual(['a', 'b']);
		await trial.ended(OK);
	}),
	fact('a Response whose body is piped ends with the pipe', async (trial) => {
		const { body } = await woven(trial, new Body().stream());
		await body?.pipeTo(new WritableStream());
		await trial.ended(OK);
	}),
	fact('a Response whose clone is read ends with it', async (trial) => {
		const response = await woven(trial, 'text');
		expect([await response.clone().text(), await response.text()]).toEqual(['text', 'text']);
		await trial.ended(OK);
	}),
	fact('a Response whose body fails fails with the same error', async (trial) => {
		const error = new RangeError('dry');
		const response = await woven(trial, new Body(error).stream());
		expect((await failureOf(() => response.text()))?.thrown).toBe(error);
		await trial.ended({ outcome: 'error', type: 'RangeError', message: 'dry' });
	}),
	fact('a Response whose body is cancelled is cancelled', async (trial) => {
		const body = new Body();
		await (await woven(trial, body.stream())).body?.cancel('enough');
		expect(body.cancelled).toBe('enough');
		await trial.ended(CANCELLED);
	}),
	fact('a Response that nobody reads is unknown at the end', async (trial) => {
		await woven(trial, 'text');
		abandonOpenSettlements();
		await trial.ended({ outcome: 'unknown' });
	}),
	fact('a Response without a body ends at once', async (trial) => {
		await trial.weave(() => new Response(null, { status: 204 }))();
		await settled();
		await trial.ended(OK);
	}),
	fact('a Response that was read already ends at once', async (trial) => {
		const read = new Response('text');
		await read.text();
		await trial.weave(() => read)();
		await settled();
		await trial.ended(OK);
	}),
	fact('a Response of fetch, which has a URL, ends at once', async (trial) => {
		const response = await fetch('data:text/plain,text');
		await trial.weave(() => response)();
		await settled();
		await trial.ended(OK);
		expect(await response.text()).toBe('text');
	}),
	fact('a Response of a class that makes its body when it is read ends at once, unread', async (trial) => {
		let reads = 0;
		const Lazy = class Response extends globalThis.Response {
			override get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
				reads++;
				return super.body;
			}
		};
		await trial.weave(() => new Lazy('text'))();
		await settled();
		expect(reads).toBe(0);
		await trial.ended(OK);
	}),
	factOfOption('a Response that is followed as a member ends with its body', async (trial) => {
		const answer = { response: new Response('text') };
		const result = (await trial.weave(() => answer, { follow: 'response' })()) as typeof answer;
		expect(await result.response.text()).toBe('text');
		await trial.ended(OK);
	}),
];
