import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import grpc from '@grpc/grpc-js';
import { spanNamesIn } from './otlp-servers.js';

/** What a backend does with a request, the same for HTTP and gRPC. */
export type Deed =
	| { take: true; refused?: number }
	| { status: number; code: grpc.status; text?: string; afterSeconds?: number }
	| 'reset'
	| 'hang';

export interface Misbehaving {
	readonly url: string;
	/** The names of the spans of each received request. */
	readonly received: string[][];
	/** The names of the accepted spans. */
	readonly accepted: string[];
	/** When each request arrived, in ms since 1970. */
	readonly times: number[];
	close(): Promise<void>;
}

type Script = (names: string[], index: number) => Deed;

const TAKE: Deed = { take: true };

function ask(script: Script, kept: Omit<Misbehaving, 'url' | 'close'>, names: string[]): Deed {
	const deed = script(names, kept.received.length) ?? TAKE;
	kept.received.push(names);
	kept.times.push(Date.now());
	if (typeof deed === 'object' && 'take' in deed) kept.accepted.push(...names);
	return deed;
}

/** OTLP's response that rejects a number of records: `{ partial_success = 1: { rejected = 1 } }`. */
const partial = (refused = 0) => (refused === 0 ? Buffer.alloc(0) : Buffer.from([0x0a, 0x02, 0x08, refused]));

interface JsonBody {
	resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[];
}

const namesInJson = (body: Buffer) =>
	(JSON.parse(body.toString()) as JsonBody).resourceSpans.flatMap(({ scopeSpans }) =>
		scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)),
	);

async function overHttp(script: Script): Promise<Misbehaving> {
	const kept = { received: [], accepted: [], times: [] };
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk) => chunks.push(chunk));
		request.on('end', () => {
			const body = Buffer.concat(chunks);
			const json = request.headers['content-type'] === 'application/json';
			const deed = ask(script, kept, json ? namesInJson(body) : spanNamesIn(body));
			if (deed === 'reset') request.socket.resetAndDestroy();
			else if (deed === 'hang') return;
			else if ('take' in deed) {
				const { refused = 0 } = deed;
				const answer = JSON.stringify({ partialSuccess: { rejectedSpans: refused } });
				response.writeHead(200, { 'content-type': request.headers['content-type'] });
				response.end(json ? answer : partial(refused));
			} else {
				const { status, text = 'no', afterSeconds } = deed;
				response.writeHead(status, afterSeconds === undefined ? {} : { 'retry-after': String(afterSeconds) });
				response.end(text);
			}
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		...kept,
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

/** `google.rpc.Status` with one detail, a `RetryInfo` with a number of seconds. */
function retryInfo(seconds: number): Buffer {
	const field = (number: number, inner: Buffer) => Buffer.concat([Buffer.from([number * 8 + 2, inner.length]), inner]);
	const info = field(1, Buffer.from([8, seconds]));
	const any = Buffer.concat([field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')), field(2, info)]);
	return Buffer.concat([Buffer.from([8, 14]), field(3, any)]);
}

async function overGrpc(script: Script): Promise<Misbehaving> {
	const kept = { received: [], accepted: [], times: [] };
	const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
	const same = (value: Buffer) => value;
	const method = {
		path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
		requestStream: false,
		responseStream: false,
		requestSerialize: same,
		requestDeserialize: same,
		responseSerialize: same,
		responseDeserialize: same,
	};
	server.addService(
		{ export: method },
		{
			export: (call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
				const deed = ask(script, kept, spanNamesIn(call.request));
				if (deed === 'hang') return;
				if (deed === 'reset') done({ code: grpc.status.UNAVAILABLE, details: 'connection dropped' });
				else if ('take' in deed) done(null, partial(deed.refused));
				else {
					const metadata = new grpc.Metadata();
					if (deed.afterSeconds !== undefined) metadata.set('grpc-status-details-bin', retryInfo(deed.afterSeconds));
					done({ code: deed.code, details: deed.text ?? 'no', metadata });
				}
			},
		},
	);
	const port = await new Promise<number>((resolve, reject) => {
		server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
			error ? reject(error) : resolve(bound),
		);
	});
	return { ...kept, url: `http://127.0.0.1:${port}`, close: async () => server.forceShutdown() };
}

/** A backend for spans that does what the script returns for each request. */
export function misbehaving(protocol: string, script: Script): Promise<Misbehaving> {
	return protocol === 'grpc' ? overGrpc(script) : overHttp(script);
}

/** Waits until the condition is true, and throws after `ms`. */
export async function until(holds: () => boolean, ms = 60_000): Promise<void> {
	const end = Date.now() + ms;
	while (!holds()) {
		if (Date.now() > end) throw new Error(`It did not hold within ${ms} ms: ${holds}`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}
