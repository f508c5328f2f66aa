import { reasonOf, UNBUILT } from '../../delivery/backend-health.js';
import type { SendResult, Transport } from '../../delivery/sending/transport.js';
import { grpcTransport } from '../transport/grpc-transport.js';
import { httpTransport } from '../transport/http-transport.js';
import { readTls } from '../transport/tls-files.js';
import { type Destination, displayServer, displayUrl } from './destination.js';

/** Encodes the records of one signal as requests of OTLP. */
export interface Serializer<T> {
	/** Returns a request in JSON; undefined if the records cannot be encoded. */
	readonly json: (records: T) => Uint8Array | undefined;
	/** Returns a request in protobuf; undefined if the records cannot be encoded. */
	readonly protobuf: (records: T) => Uint8Array | undefined;
}

/** The names of the gRPC services, for each signal. */
const SERVICES = { traces: 'trace.v1.Trace', metrics: 'metrics.v1.Metrics', logs: 'logs.v1.Logs' };

/**
 * Creates the transport of one signal to its destination. Each request is one attempt under one time limit; the sender
 * repeats it.
 *
 * @throws Error (as a rejection) if a TLS file cannot be read or is not in PEM format
 */
export async function transportTo(destination: Destination, signal: keyof typeof SERVICES): Promise<Transport> {
	const tls = await readTls(destination.tls);
	const path = `/opentelemetry.proto.collector.${SERVICES[signal]}Service/Export`;
	const isGrpc = destination.protocol === 'grpc';
	const { send, close } = isGrpc ? grpcTransport(destination, tls, path) : await httpTransport(destination, tls);
	const where = isGrpc ? `${displayServer(destination.url)}${path}` : displayUrl(destination.url);
	return { send: async (body) => located(await send(body), signal, where), close };
}

/** The reasons of a backend that has nothing at an address: HTTP's 404, 405 and 410, and gRPC's of the same meaning. */
const NOT_THERE = /^(404|405|410|5 NOT_FOUND|12 UNIMPLEMENTED)\b/;

/** Adds the signal and the address to the reason of a backend that has nothing there: each signal has an address. */
function located(result: SendResult, signal: string, where: string): SendResult {
	if (result.kind !== 'badBackend' || !(result.error instanceof Error)) return result;
	const { message } = result.error;
	return NOT_THERE.test(message) ? { ...result, error: new Error(`${message}, for ${signal} at ${where}`) } : result;
}

/**
 * Returns a transport whose requests all fail, to be sent again later, with the reason why the real one was not
 * created.
 */
export function failingTransport(reason: unknown): Transport {
	const error = Object.assign(new Error(reasonOf(reason)), { name: UNBUILT });
	return { send: async (): Promise<SendResult> => ({ kind: 'badBackend', error }), close: () => undefined };
}
