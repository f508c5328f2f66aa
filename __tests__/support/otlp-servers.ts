import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import grpc from '@grpc/grpc-js';

/** One request that a backend has received. */
export interface ReceivedRequest {
	path: string;
	headers: Record<string, unknown>;
	body: Buffer;
}

/** A backend of a test, with the requests that it has received. */
export interface Backend {
	url: string;
	got: ReceivedRequest[];
	close(): Promise<void>;
}

/** The response of an HTTP backend to a request: a status and a body of OTLP. */
export type HttpResponder = (got: ReceivedRequest) => { status: number; body?: Uint8Array; type?: string };

/** A backend over HTTP on a free or the given port of the loopback address; with TLS if certificates are given. */
export async function httpBackend(
	answer: HttpResponder = () => ({ status: 200 }),
	tls?: { key: Buffer; cert: Buffer; ca?: Buffer; requestCert?: boolean; rejectUnauthorized?: boolean },
	wanted = 0,
): Promise<Backend> {
	const got: ReceivedRequest[] = [];
	const listener: Parameters<typeof createServer>[1] = (request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk) => chunks.push(chunk));
		request.on('end', () => {
			const raw = Buffer.concat(chunks);
			const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
			const one = { path: String(request.url), headers: request.headers, body };
			got.push(one);
			const { status, body: text, type = 'application/x-protobuf' } = answer(one);
			response.writeHead(status, { 'content-type': type });
			response.end(text);
		});
	};
	const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
	await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
		got,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

/** The response of a gRPC backend: a message of OTLP, or a status. */
export type GrpcAnswer = Uint8Array | { code: grpc.status; details: string };

/**
 * A backend over gRPC with OTLP's three services, on a free port of the loopback address or the given port or socket;
 * with mutual TLS if certificates are given.
 */
export async function grpcBackend(
	answer: Uint8Array | ((got: ReceivedRequest) => GrpcAnswer) = Buffer.alloc(0),
	tls?: { key: Buffer; cert: Buffer; ca: Buffer },
	wanted: number | `unix:${string}` = 0,
): Promise<Backend> {
	const got: ReceivedRequest[] = [];
	const server = new grpc.Server();
	for (const [path, name] of [
		['trace', 'Trace'],
		['metrics', 'Metrics'],
		['logs', 'Logs'],
	]) {
		const full = `/opentelemetry.proto.collector.${path}.v1.${name}Service/Export`;
		const method = {
			path: full,
			requestStream: false,
			responseStream: false,
			requestSerialize: (value: Buffer) => value,
			requestDeserialize: (value: Buffer) => value,
			responseSerialize: (value: Buffer) => value,
			responseDeserialize: (value: Buffer) => value,
		};
		server.addService(
			{ export: method },
			{
				export: (call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
					const one = { path: full, headers: call.metadata.getMap(), body: call.request };
					got.push(one);
					const response = typeof answer === 'function' ? answer(one) : answer;
					if ('code' in response) done(response);
					else done(null, Buffer.from(response));
				},
			},
		);
	}
	const credentials =
		tls === undefined
			? grpc.ServerCredentials.createInsecure()
			: grpc.ServerCredentials.createSsl(tls.ca, [{ private_key: tls.key, cert_chain: tls.cert }], true);
	const port = await new Promise<number>((resolve, reject) => {
		const address = typeof wanted === 'string' ? wanted : `127.0.0.1:${wanted}`;
		server.bindAsync(address, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
	});
	return {
		url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
		got,
		close: async () => server.forceShutdown(),
	};
}

/** The values of one field of a protobuf message in its wire format: bytes, or a number. */
export function field(message: Uint8Array, wanted: number): (Buffer | bigint)[] {
	const bytes = Buffer.from(message);
	const found: (Buffer | bigint)[] = [];
	let at = 0;
	const varint = () => {
		let value = 0n;
		for (let shift = 0n; ; shift += 7n) {
			const byte = bytes[at++];
			if (byte === undefined) throw new Error('The message ends within a number.');
			value |= BigInt(byte & 0x7f) << shift;
			if (byte < 0x80) return value;
		}
	};
	while (at < bytes.length) {
		const tag = Number(varint());
		const wire = tag & 7;
		const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? Number(varint()) : -1;
		const value = length < 0 ? varint() : bytes.subarray(at, at + length);
		at += Math.max(length, 0);
		if (at > bytes.length) throw new Error('The message ends within a field.');
		if (tag >> 3 === wanted) found.push(value);
	}
	return found;
}

/** The messages at the end of a path of fields. */
export function messages(message: Uint8Array, ...path: number[]): Buffer[] {
	return path.reduce<Buffer[]>(
		(all, number) =>
			all.flatMap((one) => field(one, number).filter((value): value is Buffer => Buffer.isBuffer(value))),
		[Buffer.from(message)],
	);
}

/** The names of the spans in an export request (opentelemetry/proto/collector/trace/v1). */
export function spanNamesIn(body: Uint8Array): string[] {
	return messages(body, 1, 2, 2, 5).map(String);
}

/** The names of the metrics in an export request. */
export function metricNamesIn(body: Uint8Array): string[] {
	return messages(body, 1, 2, 2, 1).map(String);
}

/** The bodies of the log records in an export request. */
export function logTextsIn(body: Uint8Array): string[] {
	return messages(body, 1, 2, 2, 5, 1).map(String);
}

/** The resource's attributes that are strings, by key. */
export function resourceIn(body: Uint8Array): Record<string, string> {
	return Object.fromEntries(
		messages(body, 1, 1, 1).map((pair) => [String(messages(pair, 1)[0]), String(messages(pair, 2, 1)[0] ?? '')]),
	);
}
