import { afterEach, describe, expect, it } from '@jest/globals';
import type { SendResult, Transport } from '../../../delivery/sending/transport.js';
import { otlpDefaults } from '../../../presets/contract/otlp-options.js';
import { destinationOf } from '../../../presets/otlp/destination.js';
import { transportTo } from '../../../presets/otlp/transport.js';
import { KINDS, type Kind } from '../../chaos/kinds.js';
import { type Behaviour, type ChaosServer, chaosServer } from '../../chaos/server.js';

/** `ExportTraceServiceRequest` with one span, called `bad`. */
const BODY = (() => {
	const field = (number: number, inner: Buffer) => Buffer.concat([Buffer.from([number * 8 + 2, inner.length]), inner]);
	return field(1, field(2, field(2, field(5, Buffer.from('bad')))));
})();

/** What each kind means, where it is not `badBackend`. */
const MEANS: readonly [RegExp, SendResult['kind']][] = [
	[/never answers|reads nothing|nothing is read|for ever$|now and then|then nothing|a message of 8/, 'retry'],
	[/^(resets|closes) the connection (before|after it)|takes the spans|body that is cut|STREAM|ENHANCE/, 'retry'],
	[/429|50[234]|502 of a proxy|UNAVAILABLE|with RetryInfo|DEADLINE/, 'retry'],
	[/400 for|413 for everything|INVALID_ARGUMENT/, 'badBody'],
	[/after each answer|partial success|above 3 KiB|more than 3 KiB/, 'accepted'],
];

/** Kinds of which the meaning depends on which of two things is noticed first. */
const EITHER = /speaks HTTP\/1 alone|a message of 8 MiB|200 with 64 MiB|101 to another/;

const closing: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0)) await close();
});

async function to(
	over: Kind['over'],
	bad: Behaviour,
	settings: Partial<ReturnType<typeof otlpDefaults>> = {},
): Promise<{ server: ChaosServer; transport: Transport }> {
	const server = await chaosServer(over, bad, true);
	const protocol = over === 'grpc' ? 'grpc' : 'http/protobuf';
	const all = { ...otlpDefaults(), endpoint: server.url, timeout: 400, protocol, ...settings } as const;
	const transport = await transportTo(destinationOf(all, 'traces'), 'traces');
	closing.push(
		() => transport.close(),
		() => server.close(),
	);
	return { server, transport };
}

it.each(KINDS.map((kind) => [kind.over, kind.name, kind] as const))(
	'%s, %s: is what it means',
	async (over, name, kind) => {
		const { server, transport } = await to(over, kind.bad);
		const result = await transport.send(BODY);
		const expected = MEANS.find(([pattern]) => pattern.test(name))?.[1] ?? 'badBackend';
		if (!EITHER.test(name)) expect([name, result.kind]).toEqual([name, expected]);
		else expect(['retry', 'badBackend']).toContain(result.kind);
		if (result.kind !== 'accepted')
			expect(String((result.error as Error).message)).not.toMatch(/[\p{Cc}\p{Cf}]|secret/u);
		if (name.includes('Retry-After') || name.includes('RetryInfo, ') || name.endsWith('with RetryInfo')) {
			expect(result).toMatchObject(/without/.test(name) ? {} : { afterMs: 1000 });
		}
		// A failure leaves no connection; an answer one, which `close()` destroys.
		const open = () => {
			for (const socket of server.sockets) socket.resume();
			return server.sockets.size;
		};
		transport.close();
		for (let i = 0; i < 100 && open() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
		expect(open()).toBe(0);
	},
);

describe.each(['http', 'grpc'] as const)('a transport over %s', (over) => {
	it('uses one connection for requests that are answered, and a new one after a failure', async () => {
		let fails = false;
		const { server, transport } = await to(over, {
			http: ({ response, accept }) => (fails ? void response.socket?.destroy() : accept()),
			grpc: ({ accept, status }) => (fails ? status(14) : accept()),
		});
		for (let i = 0; i < 3; i++) expect((await transport.send(BODY)).kind).toBe('accepted');
		expect([server.connections, server.sockets.size, server.requests]).toEqual([1, 1, 3]);
		fails = true;
		expect((await transport.send(BODY)).kind).toBe('retry');
		fails = false;
		expect((await transport.send(BODY)).kind).toBe('accepted');
		expect(server.connections).toBe(2);
	});

	it('sends the headers of its destination and of the protocol', async () => {
		const seen: Record<string, unknown>[] = [];
		const { transport } = await to(
			over,
			{
				http: ({ request, accept }) => {
					seen.push(request.headers);
					accept();
				},
				grpc: ({ headers, accept }) => {
					seen.push(headers);
					accept();
				},
			},
			{ headers: { 'X-Key': 'k' } },
		);
		expect((await transport.send(BODY)).kind).toBe('accepted');
		expect(seen[0]).toMatchObject({
			'x-key': 'k',
			'user-agent': expect.stringMatching(/^agentese-otel\/\d+\.\d+\.\d+ node\//),
			...(over === 'http'
				? { 'content-type': 'application/x-protobuf', 'content-length': String(BODY.length) }
				: {
						...{ ':method': 'POST', ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export' },
						...{ 'content-type': 'application/grpc', te: 'trailers', 'grpc-timeout': '400m' },
					}),
		});
	});

	it('ends the request that is in progress when it is closed', async () => {
		const { transport } = await to(over, { http: () => undefined, grpc: () => undefined }, { timeout: 60_000 });
		const sending = transport.send(BODY);
		await new Promise((resolve) => setTimeout(resolve, 200));
		transport.close();
		expect((await sending).kind).toBe('retry');
	});

	it('keeps a header that is not legal from being sent, and reports it', async () => {
		const { server, transport } = await to(over, {}, { headers: { 'x key': 'k' } });
		const result = await transport.send(BODY);
		expect([result.kind, server.requests]).toEqual(['badBackend', 0]);
	});
});
