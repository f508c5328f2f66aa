import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ExportResponse, IExporterTransport } from '@opentelemetry/otlp-exporter-base';
import type { IExporterMetricsHelper, ISerializer } from '@opentelemetry/otlp-transformer';
import type { SendResult, Transport } from '../../delivery/sending/transport.js';
import { platform } from '../../lib/runtime/platform.js';
import { VERSION } from '../../lib/runtime/version.js';
import type { Destination } from './destination.js';
import { sendResultOf } from './response.js';

/** The part of OTLP that is specific to one signal: its encodings and its gRPC service. */
export interface Serializer<T, Response extends { partialSuccess?: object }> {
	readonly json: ISerializer<T, Response>;
	readonly protobuf: ISerializer<T, Response>;
	/** Counts records for OpenTelemetry's own metrics of exporters. */
	readonly helper: IExporterMetricsHelper<T>;
	/** The name of the gRPC service, in lower case. */
	readonly service: 'trace' | 'metrics' | 'logs';
	/** Returns the number of records that the backend reports as refused. */
	readonly refused: (response: Response) => number;
}

/** The names of the gRPC services. */
const SERVICE_NAMES = { trace: 'Trace', metrics: 'Metrics', logs: 'Logs' };

/** How much later than the connection's own timeout a request without a response is given up, in milliseconds. */
const GRACE_MS = 500;

/**
 * Creates the transport of one signal to its destination from OpenTelemetry's own transports, without their retries:
 * over HTTP they retry five times within the timeout, so that a `Retry-After` beyond it would be lost, and over gRPC
 * not at all.
 *
 * They are built from parts, not by the `OTLPTraceExporter` classes: these would read `OTEL_EXPORTER_OTLP_*` again, so
 * that a stronger source of the config could not remove a header, and the backend of another preset would receive the
 * keys of this one.
 *
 * @throws Error (as a rejection) if a TLS file cannot be read or is not in PEM format
 */
export async function transportTo<T, Response extends { partialSuccess?: object }>(
	destination: Destination,
	serializer: Serializer<T, Response>,
): Promise<Transport> {
	const tls = await readTls(destination);
	const { timeout, protocol } = destination;
	const { json, protobuf } = serializer;
	const { deserializeResponse } = protocol === 'http/json' ? json : protobuf;
	const connection = await (protocol === 'grpc' ? overGrpc : overHttp)(destination, serializer, protobuf, tls);
	const { createDelegate, refreshHeaders } = connection;
	let transport = innerTransport(createDelegate());
	const refusedOf = (data: Uint8Array | undefined): number => {
		try {
			return data === undefined || data.length === 0 ? 0 : serializer.refused(deserializeResponse(data));
		} catch {
			// The request was accepted; a body that cannot be decoded does not report refused records.
			return 0;
		}
	};
	return {
		send: async (body) => {
			refreshHeaders();
			const response = await withTimeout(timeout, transport.send(body, timeout));
			if (response.status === 'success') return { kind: 'taken', refused: refusedOf(response.data) };
			const result = sendResultOf(response);
			if (result.kind === 'later' && protocol === 'grpc') {
				// A gRPC channel that failed waits up to two minutes before it connects again, even if a request is made.
				transport.shutdown();
				transport = innerTransport(createDelegate());
			}
			return result;
		},
		close: () => transport.shutdown(),
	};
}

/**
 * Returns a transport whose requests all fail, to be sent again later, with the reason why the real one was not
 * created.
 */
export function failingTransport(error: unknown): Transport {
	return { send: async (): Promise<SendResult> => ({ kind: 'later', error }), close: () => undefined };
}

/**
 * The private field of OpenTelemetry's delegates that is read here (otlp-exporter-base 0.300.0, pinned exactly). Over
 * HTTP it contains a transport that retries, which contains the plain one in the same field.
 */
interface DelegateInternals {
	readonly _transport: IExporterTransport & Partial<DelegateInternals>;
}

/** Returns the transport of a delegate that does not retry. @throws Error if the delegate has another structure */
function innerTransport(delegate: object): IExporterTransport {
	const { _transport: outer } = delegate as DelegateInternals;
	const inner = outer?._transport ?? outer;
	if (typeof inner?.send !== 'function') {
		throw new Error('The OTLP exporters of this OpenTelemetry version have no transport in the known place.');
	}
	return inner;
}

/**
 * Waits for a response within the time limit, in milliseconds. A connection's own timeout applies to inactivity: a
 * backend that sends a byte now and then would hold the request for ever. Never rejects.
 */
async function withTimeout(timeout: number, response: Promise<ExportResponse>): Promise<ExportResponse> {
	let timer: NodeJS.Timeout | undefined;
	const timedOut = new Promise<ExportResponse>((resolve) => {
		const error = new Error(`no answer within ${timeout} ms`);
		timer = platform.setTimeout(() => resolve({ status: 'retryable', error }), timeout + GRACE_MS).unref();
	});
	try {
		return await Promise.race([response, timedOut]);
	} catch (error) {
		return { status: 'retryable', error: error as Error };
	} finally {
		platform.clearTimeout(timer);
	}
}

/** The content of the PEM files. */
interface TlsFiles {
	readonly ca?: Buffer;
	readonly cert?: Buffer;
	readonly key?: Buffer;
}

/** Reads and checks the PEM files. @throws Error (as a rejection) if one cannot be read or used */
async function readTls({ tls }: Destination): Promise<TlsFiles> {
	const read = async (option: 'ca' | 'cert' | 'key') => {
		const path = tls[option];
		if (path === undefined) return {};
		try {
			return { [option]: await readFile(path) };
		} catch (error) {
			throw new Error(`tls.${option} cannot be read from ${path}: ${(error as Error).message}`);
		}
	};
	if (Object.values(tls).every((path) => path === undefined)) return {};
	const { createSecureContext } = await import('node:tls');
	const files: TlsFiles = { ...(await read('ca')), ...(await read('cert')), ...(await read('key')) };
	try {
		// A context silently accepts anything as `ca`, and would then trust no server.
		for (const certificate of [files.ca, files.cert]) if (certificate !== undefined) new X509Certificate(certificate);
		createSecureContext(files);
	} catch (error) {
		const paths = [tls.ca, tls.cert, tls.key].filter(Boolean).join(', ');
		throw new Error(
			`the TLS files (${paths}) are not certificates with their key in PEM format: ${(error as Error).message}`,
		);
	}
	return files;
}

/** How requests are made over one protocol. */
interface Connection {
	/** Creates OpenTelemetry's export delegate, whose transport is used here. */
	createDelegate(): object;
	/** Makes the next request carry the destination's headers of this moment. */
	refreshHeaders(): void;
}

/** Returns how requests are made over HTTP. */
async function overHttp<T, Response extends { partialSuccess?: object }>(
	destination: Destination,
	{ helper }: Serializer<T, Response>,
	serializer: ISerializer<T, Response>,
	tls: TlsFiles,
): Promise<Connection> {
	const { createOtlpHttpExportDelegate, httpAgentFactoryFromOptions } = await import(
		'@opentelemetry/otlp-exporter-base/node-http'
	);
	const { url, protocol, compression, timeout } = destination;
	const type = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
	const options: Parameters<typeof createOtlpHttpExportDelegate<T, Response>>[0] = {
		url,
		// Called for each request, so that it is sent with the headers of that moment.
		headers: async () => ({ ...destination.headers, 'Content-Type': type }),
		compression,
		timeoutMillis: timeout,
		concurrencyLimit: 30,
		agentFactory: httpAgentFactoryFromOptions({ keepAlive: true, ...tls }),
		userAgent: `agentese-otel/${VERSION}`,
	};
	return {
		createDelegate: () => createOtlpHttpExportDelegate(options, serializer, 'otlp_http', helper, undefined),
		refreshHeaders: () => undefined,
	};
}

/** Returns how requests are made over gRPC. */
async function overGrpc<T, Response extends { partialSuccess?: object }>(
	destination: Destination,
	{ helper, service }: Serializer<T, Response>,
	serializer: ISerializer<T, Response>,
	{ ca, cert, key }: TlsFiles,
): Promise<Connection> {
	const { createEmptyMetadata, createInsecureCredentials, createOtlpGrpcExportDelegate, createSslCredentials } =
		await import('@opentelemetry/otlp-grpc-exporter-base');
	const { url, compression, timeout } = destination;
	const { protocol, hostname, port, pathname } = new URL(url);
	const secure = protocol === 'https:';
	// A URL with the default port of its scheme has an empty port, and gRPC would then use 443 for http too.
	const address = protocol === 'unix:' ? `unix:${pathname}` : `${hostname}:${port || (secure ? 443 : 80)}`;
	// The SDK's transport calls `metadata` once and keeps what that returns, so this object is changed in place.
	const metadata = createEmptyMetadata();
	let written: Destination['headers'] = {};
	const refreshHeaders = () => {
		if (written === destination.headers) return;
		for (const name of Object.keys(written)) metadata.remove(name);
		written = destination.headers;
		for (const [name, value] of Object.entries(written)) metadata.set(name, value);
	};
	refreshHeaders();
	const options: Parameters<typeof createOtlpGrpcExportDelegate<T, Response>>[0] = {
		url: address,
		metadata: () => metadata,
		credentials: () => (secure ? createSslCredentials(ca, key, cert) : createInsecureCredentials()),
		compression,
		timeoutMillis: timeout,
		concurrencyLimit: 30,
		userAgent: `agentese-otel/${VERSION}`,
	};
	const serviceName = SERVICE_NAMES[service];
	const path = `/opentelemetry.proto.collector.${service}.v1.${serviceName}Service/Export`;
	const createDelegate = () =>
		createOtlpGrpcExportDelegate(
			options,
			serializer,
			'otlp_grpc',
			helper,
			undefined,
			`${serviceName}ExportService`,
			path,
		);
	return { createDelegate, refreshHeaders };
}
