import type { SendResult, Transport } from '../../delivery/sending/transport.js';
import { grpcTransport } from '../transport/grpc-transport.js';
import { httpTransport } from '../transport/http-transport.js';
import { readTls } from '../transport/tls-files.js';
import type { Destination } from './destination.js';

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
	if (destination.protocol !== 'grpc') return httpTransport(destination, tls);
	return grpcTransport(destination, tls, `/opentelemetry.proto.collector.${SERVICES[signal]}Service/Export`);
}

/**
 * Returns a transport whose requests all fail, to be sent again later, with the reason why the real one was not
 * created.
 */
export function failingTransport(error: unknown): Transport {
	return { send: async (): Promise<SendResult> => ({ kind: 'badBackend', error }), close: () => undefined };
}
