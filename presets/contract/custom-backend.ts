import type { OtlpOptions } from './otlp-options.js';

/** What is said of any backend of a preset of one's own. */
interface Common {
	/** Those that it takes. @default all that the config wants of the preset */
	readonly signals?: readonly ('traces' | 'metrics' | 'logs')[];
}

/** A backend that speaks OTLP: whatever the section `otlp` of a config may say. */
export interface OtlpBackend extends OtlpOptions, Common {
	readonly send?: never;
}

/** One request to a backend that is reached in a way of one's own. */
export interface DeliveryRequest {
	readonly signal: 'traces' | 'metrics' | 'logs';
	readonly encoding: 'protobuf' | 'json';
	/** A request of OTLP: `ExportTraceServiceRequest`, or that of the other signals. */
	readonly body: Uint8Array;
	/** Aborted when the backend has had its `timeout`. */
	readonly abort: AbortSignal;
}

/** What a backend made of a request. Answering nothing means that all of it was taken. */
export type DeliveryAnswer =
	| undefined
	/** It was taken, but for so many records. */
	| { readonly kind: 'taken'; readonly refused?: number }
	/** The backend is away or busy: the request is made again, not before so many milliseconds where it says so. */
	| { readonly kind: 'later'; readonly error?: unknown; readonly afterMs?: number }
	/** It is too large: it is made again in halves. */
	| { readonly kind: 'smaller'; readonly error?: unknown; readonly answer?: string }
	/** It is refused for good, and kept with the answer among the dead letters. */
	| { readonly kind: 'never'; readonly error?: unknown; readonly answer?: string };

/** A backend that is reached in a way of one's own: a queue, a bucket, a protocol that is not OTLP's. */
export interface CustomBackend extends Common {
	/** Its address, as a URL of any scheme; without a user name, a password and a query it names the folder of the journal. */
	readonly endpoint: string;
	/** How requests are written. @default 'protobuf' */
	readonly encoding?: 'protobuf' | 'json';
	/** How long one request may take, in milliseconds; then it is made again. @default 10000 */
	readonly timeout?: number;
	/** What metrics count from. @default 'cumulative' */
	readonly temporality?: 'cumulative' | 'delta' | 'lowmemory';
	/**
	 * Brings one request there; one at a time for each signal, the oldest first. What it throws means `later`. It must not
	 * answer before the backend has the request: what it takes is removed from the disk.
	 */
	send(request: DeliveryRequest): DeliveryAnswer | Promise<DeliveryAnswer>;
	/** Closes the connection; called once, when all signals are shut down. */
	close?(): void;
}
