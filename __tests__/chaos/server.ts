import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { spanNamesIn } from '../support/otlp-servers.js';

/** One request to a backend that misbehaves, the same for HTTP and gRPC. */
export interface Exchange {
	/** The names of the spans in it. */
	readonly names: readonly string[];
	/** How many bytes its body has. */
	readonly bytes: number;
	/** Its number, from 1 on. */
	readonly number: number;
	readonly socket: Socket;
	/** Notes the spans as accepted, without an answer. */
	take(): void;
}

/** A request over HTTP. */
export interface HttpExchange extends Exchange {
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	/** Accepts the spans and answers as OTLP demands. */
	accept(partialSuccess?: { json: object; protobuf: Buffer }): void;
}

/** A request over gRPC. */
export interface GrpcExchange extends Exchange {
	readonly stream: ServerHttp2Stream;
	readonly headers: IncomingHttpHeaders;
	/** Accepts the spans and answers as OTLP demands. */
	accept(message?: Buffer): void;
	/** Ends the call with a status. */
	status(code: number, message?: string, headers?: Record<string, string>): void;
}

/** What a backend does. */
export interface Behaviour {
	/** Called for each connection before anything of it is read. Returns true if no request is read. */
	connection?(socket: Socket): boolean;
	/** Answers a request over HTTP. */
	http?(exchange: HttpExchange): void;
	/** Answers a request over gRPC. */
	grpc?(exchange: GrpcExchange): void;
}

/** A running backend. */
export interface ChaosServer {
	readonly url: string;
	/** The names of the accepted spans, each as often as it was accepted. */
	readonly accepted: string[];
	/** How many requests were read. */
	requests: number;
	/** How many connections were made. */
	connections: number;
	/** The connections that are open. */
	readonly sockets: ReadonlySet<Socket>;
	/** From now on every request is accepted, unless the behaviour is of the kind that lasts. */
	heal(): void;
	close(): Promise<void>;
}

/** Frames a gRPC message. */
export function framed(message: Buffer, flag = 0): Buffer {
	const prefix = Buffer.alloc(5);
	prefix[0] = flag;
	prefix.writeUInt32BE(message.length, 1);
	return Buffer.concat([prefix, message]);
}

const namesInJson = (body: Buffer): string[] =>
	JSON.parse(String(body)).resourceSpans.flatMap((resource: { scopeSpans: { spans: { name: string }[] }[] }) =>
		resource.scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)),
	);

/**
 * Starts a backend on a free port of the loopback address that misbehaves until it is healed.
 *
 * @param lasts - true if it never heals
 */
export async function chaosServer(over: 'http' | 'grpc', bad: Behaviour, lasts: boolean): Promise<ChaosServer> {
	const sockets = new Set<Socket>();
	let isBad = true;
	const kept = { url: '', accepted: [] as string[], requests: 0, connections: 0, sockets };
	const exchange = (socket: Socket, names: string[], bytes: number): Exchange => ({
		...{ names, bytes, socket, number: ++kept.requests },
		take: () => void kept.accepted.push(...names),
	});

	const onHttp = async (request: IncomingMessage, response: ServerResponse) => {
		const body = await bodyOf(request).catch(() => undefined);
		if (body === undefined) return;
		const isJson = request.headers['content-type'] === 'application/json';
		const one = exchange(request.socket, isJson ? namesInJson(body) : spanNamesIn(body), body.length);
		const accept: HttpExchange['accept'] = (partial) => {
			one.take();
			response.writeHead(200, { 'content-type': request.headers['content-type'] });
			response.end(isJson ? JSON.stringify({ partialSuccess: partial?.json ?? {} }) : partial?.protobuf);
		};
		if (isBad && bad.http !== undefined) bad.http({ ...one, request, response, accept });
		else accept();
	};
	const onStream = async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
		stream.on('error', () => undefined);
		const body = await bodyOf(stream).catch(() => undefined);
		const socket = stream.session?.socket;
		if (body === undefined || socket === undefined) return;
		const one = exchange(socket as Socket, spanNamesIn(body.subarray(5)), body.length);
		const end = (code: number, message: string, headers: Record<string, string>, payload?: Buffer) => {
			if (payload === undefined) {
				stream.respond(
					{
						':status': 200,
						'content-type': 'application/grpc',
						'grpc-status': String(code),
						'grpc-message': message,
						...headers,
					},
					{ endStream: true },
				);
				return;
			}
			stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
			stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
			stream.end(framed(payload));
		};
		const accept: GrpcExchange['accept'] = (payload = Buffer.alloc(0)) => {
			one.take();
			end(0, '', {}, payload);
		};
		const status: GrpcExchange['status'] = (code, message = 'no', headers = {}) => end(code, message, headers);
		if (isBad && bad.grpc !== undefined) bad.grpc({ ...one, stream, headers, accept, status });
		else accept();
	};

	const inner: Server =
		over === 'http'
			? createServer((request, response) => void onHttp(request, response))
			: createHttp2Server()
					.on('stream', (stream, headers) => void onStream(stream, headers))
					.on('sessionError', () => undefined);
	inner.on('clientError', (_: unknown, socket: Socket) => socket.destroy());
	const outer = createTcpServer((socket) => {
		sockets.add(socket);
		kept.connections += 1;
		socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
		if (isBad && bad.connection?.(socket)) return;
		inner.emit('connection', socket);
	});
	await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
	kept.url = `http://127.0.0.1:${(outer.address() as AddressInfo).port}`;
	return Object.assign(kept, {
		heal: () => {
			isBad = lasts;
		},
		close: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => outer.close(resolve));
		},
	});
}

async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return Buffer.concat(chunks);
}
