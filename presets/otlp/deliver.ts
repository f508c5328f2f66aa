import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { IExporterMetricsHelper, ISerializer } from '@opentelemetry/otlp-transformer';
import { VERSION } from '../../lib/runtime/version.js';
import type { Destination } from './destination.js';

/** One signal's part of OTLP: how its records are written, and what its gRPC service is called. */
export interface Wire<T, Response extends { partialSuccess?: object }> {
	readonly json: ISerializer<T, Response>;
	readonly protobuf: ISerializer<T, Response>;
	readonly helper: IExporterMetricsHelper<T>;
	readonly service: 'trace' | 'metrics' | 'logs';
	/** How many records the backend says it refused. */
	readonly refused: (response: Response) => number;
}

/** Delivers records of one signal. */
export interface Delivery<T> {
	/** Answers how many records the backend refused of those it took; rejects where it took none. */
	send(records: T): Promise<number>;
	/** Resolves when nothing is under way any more, and closes the connection. */
	close(): Promise<void>;
}

const NAMES = { trace: 'Trace', metrics: 'Metrics', logs: 'Logs' };

/**
 * Connects one signal to its destination with OpenTelemetry's own transports, which retry over HTTP (five times,
 * within the timeout) and do not over gRPC.
 *
 * They are built from parts, not by the `OTLPTraceExporter` classes: these read `OTEL_EXPORTER_OTLP_*` once more, so
 * that a stronger source could not take a header away, and another preset's backend would get the keys of this one.
 *
 * @throws Error where a TLS file cannot be read, or is none
 */
export async function deliveryTo<T, Response extends { partialSuccess?: object }>(
	destination: Destination,
	wire: Wire<T, Response>,
): Promise<Delivery<T>> {
	const tls = await readTls(destination);
	let refused = 0;
	const { json, protobuf } = wire;
	const chosen = destination.protocol === 'http/json' ? json : protobuf;
	const serializer: ISerializer<T, Response> = {
		serializeRequest: (records) => {
			try {
				return chosen.serializeRequest(records);
			} catch (error) {
				// One record that cannot be encoded does not take its neighbours with it.
				const sound = encodable(records, chosen);
				if (sound === undefined) throw error;
				refused += sound.left;
				return chosen.serializeRequest(sound.records);
			}
		},
		deserializeResponse: (data) => {
			const response = chosen.deserializeResponse(data);
			refused += wire.refused(response);
			return response;
		},
	};
	const delegate =
		destination.protocol === 'grpc'
			? await overGrpc(destination, wire, serializer, tls)
			: await overHttp(destination, wire, serializer, tls);
	return {
		send: (records) =>
			new Promise((resolve, reject) => {
				refused = 0;
				delegate.export(records, ({ code, error }) => {
					if (code === ExportResultCode.SUCCESS) resolve(refused);
					else reject(error ?? new Error('it was not accepted'));
				});
			}),
		close: () => delegate.shutdown(),
	};
}

/** Those of a list that can be encoded, and how many were left out; undefined where none can, or where it is no list. */
function encodable<T, Response>(
	records: T,
	{ serializeRequest }: ISerializer<T, Response>,
): { records: T; left: number } | undefined {
	if (!Array.isArray(records)) return undefined;
	const sound = records.filter((record) => {
		try {
			return serializeRequest([record] as T) !== undefined;
		} catch {
			return false;
		}
	});
	return sound.length === 0 ? undefined : { records: sound as T, left: records.length - sound.length };
}

/** So much of OpenTelemetry's delegates as is used: their own type is another one in the CommonJS build. */
interface Sender<T> {
	export(records: T, done: (result: ExportResult) => void): void;
	shutdown(): Promise<void>;
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
	{ helper }: Wire<T, Response>,
	serializer: ISerializer<T, Response>,
	tls: Tls,
): Promise<Sender<T>> {
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
	return createOtlpHttpExportDelegate(options, serializer, 'otlp_http', helper, undefined);
}

async function overGrpc<T, Response extends { partialSuccess?: object }>(
	{ url, headers, compression, timeout }: Destination,
	{ helper, service }: Wire<T, Response>,
	serializer: ISerializer<T, Response>,
	{ ca, cert, key }: Tls,
): Promise<Sender<T>> {
	const { createEmptyMetadata, createInsecureCredentials, createOtlpGrpcExportDelegate, createSslCredentials } =
		await import('@opentelemetry/otlp-grpc-exporter-base');
	const { protocol, hostname, port } = new URL(url);
	const secure = protocol === 'https:';
	const metadata = createEmptyMetadata();
	for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
	const options: Parameters<typeof createOtlpGrpcExportDelegate<T, Response>>[0] = {
		// A URL has no port where it is its scheme's own, and gRPC would then take 443 for either.
		url: `${hostname}:${port || (secure ? 443 : 80)}`,
		metadata: () => metadata,
		credentials: () => (secure ? createSslCredentials(ca, key, cert) : createInsecureCredentials()),
		compression,
		timeoutMillis: timeout,
		concurrencyLimit: 30,
		userAgent: `agentese-otel/${VERSION}`,
	};
	const name = NAMES[service];
	const path = `/opentelemetry.proto.collector.${service}.v1.${name}Service/Export`;
	return createOtlpGrpcExportDelegate(
		options,
		serializer,
		'otlp_grpc',
		helper,
		undefined,
		`${name}ExportService`,
		path,
	);
}
