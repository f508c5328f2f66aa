import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ExportResponse, IExporterTransport } from '@opentelemetry/otlp-exporter-base';
import type { IExporterMetricsHelper, ISerializer } from '@opentelemetry/otlp-transformer';
import type { SendResult, Transport } from '../../delivery/sending/transport.js';
import { VERSION } from '../../lib/runtime/version.js';
import type { Destination } from './destination.js';
import { sendResultOf } from './response.js';

/** One signal's part of OTLP: how its records are written, and what its gRPC service is called. */
export interface Serializer<T, Response extends { partialSuccess?: object }> {
	readonly json: ISerializer<T, Response>;
	readonly protobuf: ISerializer<T, Response>;
	readonly helper: IExporterMetricsHelper<T>;
	readonly service: 'trace' | 'metrics' | 'logs';
	/** How many records the backend says it refused. */
	readonly refused: (response: Response) => number;
}

const NAMES = { trace: 'Trace', metrics: 'Metrics', logs: 'Logs' };

/** A backend that answers nothing is given up a little later than its own connection does it. */
const GRACE_MS = 500;

/**
 * Connects one signal to its destination with OpenTelemetry's own transports, less what they retry on their own: over
 * HTTP five times within the timeout, so that an answer to wait longer is lost, and over gRPC not at all.
 *
 * They are built from parts, not by the `OTLPTraceExporter` classes: these read `OTEL_EXPORTER_OTLP_*` once more, so
 * that a stronger source could not take a header away, and another preset's backend would get the keys of this one.
 *
 * @throws Error where a TLS file cannot be read, or is none
 */
export async function transportTo<T, Response extends { partialSuccess?: object }>(
	destination: Destination,
	wire: Serializer<T, Response>,
): Promise<Transport> {
	const tls = await readTls(destination);
	const { timeout, protocol } = destination;
	const { json, protobuf } = wire;
	const { deserializeResponse } = protocol === 'http/json' ? json : protobuf;
	const connect = await (protocol === 'grpc' ? overGrpc : overHttp)(destination, wire, protobuf, tls);
	let transport = bare(connect());
	const refusedOf = (data: Uint8Array | undefined): number => {
		try {
			return data === undefined || data.length === 0 ? 0 : wire.refused(deserializeResponse(data));
		} catch {
			// It was accepted; an answer that is none says nothing of a part.
			return 0;
		}
	};
	return {
		send: async (body) => {
			const response = await bounded(timeout, transport.send(body, timeout));
			if (response.status === 'success') return { kind: 'taken', refused: refusedOf(response.data) };
			const outcome = sendResultOf(response);
			if (outcome.kind === 'later' && protocol === 'grpc') {
				// A channel that failed waits up to two minutes before it connects again, whoever asks.
				transport.shutdown();
				transport = bare(connect());
			}
			return outcome;
		},
		close: () => transport.shutdown(),
	};
}

/** A transport that answers nothing but that it cannot be made. */
export function broken(error: unknown): Transport {
	return { send: async (): Promise<SendResult> => ({ kind: 'later', error }), close: () => undefined };
}

/** What OpenTelemetry's delegates hold (otlp-exporter-base 0.300.0, pinned exactly): over HTTP, one that retries. */
interface Insides {
	readonly _transport: IExporterTransport & Partial<Insides>;
}

function bare(delegate: object): IExporterTransport {
	const { _transport: outer } = delegate as Insides;
	const inner = outer?._transport ?? outer;
	if (typeof inner?.send !== 'function')
		throw new Error('OpenTelemetry builds its OTLP exporters otherwise than known.');
	return inner;
}

/** A connection's own timeout is one of silence: a backend that sends a byte now and then would hold us for ever. */
async function bounded(timeout: number, response: Promise<ExportResponse>): Promise<ExportResponse> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<ExportResponse>((resolve) => {
		const error = new Error(`no answer within ${timeout} ms`);
		timer = setTimeout(() => resolve({ status: 'retryable', error }), timeout + GRACE_MS).unref();
	});
	try {
		return await Promise.race([response, late]);
	} catch (error) {
		return { status: 'retryable', error: error as Error };
	} finally {
		clearTimeout(timer);
	}
}

interface Tls {
	readonly ca?: Buffer;
	readonly cert?: Buffer;
	readonly key?: Buffer;
}

async function readTls({ tls }: Destination): Promise<Tls> {
	const read = async (what: 'ca' | 'cert' | 'key') => {
		const path = tls[what];
		if (path === undefined) return {};
		try {
			return { [what]: await readFile(path) };
		} catch (error) {
			throw new Error(`tls.${what} cannot be read from ${path}: ${(error as Error).message}`);
		}
	};
	if (Object.values(tls).every((path) => path === undefined)) return {};
	const { createSecureContext } = await import('node:tls');
	const files: Tls = { ...(await read('ca')), ...(await read('cert')), ...(await read('key')) };
	try {
		// A context takes nonsense for `ca` in silence, and would then trust nobody.
		for (const certificate of [files.ca, files.cert]) if (certificate !== undefined) new X509Certificate(certificate);
		createSecureContext(files);
	} catch (error) {
		const paths = [tls.ca, tls.cert, tls.key].filter(Boolean).join(', ');
		throw new Error(`the TLS files (${paths}) are no certificates with their key in PEM: ${(error as Error).message}`);
	}
	return files;
}

async function overHttp<T, Response extends { partialSuccess?: object }>(
	{ url, protocol, headers, compression, timeout }: Destination,
	{ helper }: Serializer<T, Response>,
	serializer: ISerializer<T, Response>,
	tls: Tls,
): Promise<() => object> {
	const { createOtlpHttpExportDelegate, httpAgentFactoryFromOptions } = await import(
		'@opentelemetry/otlp-exporter-base/node-http'
	);
	const type = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
	const options: Parameters<typeof createOtlpHttpExportDelegate<T, Response>>[0] = {
		url,
		headers: async () => ({ ...headers, 'Content-Type': type }),
		compression,
		timeoutMillis: timeout,
		concurrencyLimit: 30,
		agentFactory: httpAgentFactoryFromOptions({ keepAlive: true, ...tls }),
		userAgent: `agentese-otel/${VERSION}`,
	};
	return () => createOtlpHttpExportDelegate(options, serializer, 'otlp_http', helper, undefined);
}

async function overGrpc<T, Response extends { partialSuccess?: object }>(
	{ url, headers, compression, timeout }: Destination,
	{ helper, service }: Serializer<T, Response>,
	serializer: ISerializer<T, Response>,
	{ ca, cert, key }: Tls,
): Promise<() => object> {
	const { createEmptyMetadata, createInsecureCredentials, createOtlpGrpcExportDelegate, createSslCredentials } =
		await import('@opentelemetry/otlp-grpc-exporter-base');
	const { protocol, hostname, port, pathname } = new URL(url);
	const secure = protocol === 'https:';
	// A URL has no port where it is its scheme's own, and gRPC would then take 443 for either.
	const address = protocol === 'unix:' ? `unix:${pathname}` : `${hostname}:${port || (secure ? 443 : 80)}`;
	const metadata = createEmptyMetadata();
	for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
	const options: Parameters<typeof createOtlpGrpcExportDelegate<T, Response>>[0] = {
		url: address,
		metadata: () => metadata,
		credentials: () => (secure ? createSslCredentials(ca, key, cert) : createInsecureCredentials()),
		compression,
		timeoutMillis: timeout,
		concurrencyLimit: 30,
		userAgent: `agentese-otel/${VERSION}`,
	};
	const name = NAMES[service];
	const path = `/opentelemetry.proto.collector.${service}.v1.${name}Service/Export`;
	return () =>
		createOtlpGrpcExportDelegate(options, serializer, 'otlp_grpc', helper, undefined, `${name}ExportService`, path);
}
