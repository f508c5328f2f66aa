import type { OtlpOptions } from './otlp-options.js';

/**
 * The options that every backend of a custom preset has.
 *
 * @example
 * ```ts
 * import { type BackendOptions, definePreset } from 'agentese-otel/extend';
 *
 * const backend: BackendOptions = { signals: ['traces'] };
 * const preset = definePreset({
 * 	name: 'spans-only',
 * 	create: (_options, { deliver }) => deliver({ ...backend, endpoint: 'http://localhost:4318' }),
 * });
 * preset.name; // => 'spans-only'
 * ```
 */
export interface BackendOptions {
	/**
	 * The signals that the backend accepts. Signals that the config does not send to the preset are left out in any case.
	 *
	 * `deliver()` throws a `TypeError` if the list contains anything else.
	 *
	 * @default ['traces', 'metrics', 'logs']
	 */
	readonly signals?: readonly ('traces' | 'metrics' | 'logs')[] | undefined;
}

/**
 * A backend of a custom preset that speaks OTLP. It has the options of the section `otlp` of the config, with the same
 * defaults and checks.
 */
export interface OtlpBackend extends OtlpOptions, BackendOptions {
	/** Never set: a backend with a `send` function is a `CustomBackend`. @default undefined */
	readonly send?: never;
}

/** One request that `CustomBackend.send` delivers. */
export interface DeliveryRequest {
	/** The signal that the records in `body` belong to. */
	readonly signal: 'traces' | 'metrics' | 'logs';
	/** The encoding of `body`, as the backend's `encoding` sets it. */
	readonly encoding: 'protobuf' | 'json';
	/** An encoded OTLP message: `ExportTraceServiceRequest`, or its equivalent for metrics or logs. */
	readonly body: Uint8Array;
	/** Aborted if the request exceeds the backend's `timeout`. The request is then sent again later. */
	readonly abort: AbortSignal;
}

/**
 * The outcome of one request, as `CustomBackend.send` returns it. `undefined` means that the backend accepted all
 * records. Any other value is reported once, and the request is sent again.
 *
 * `badBody` alone can end in a record that is set aside. Return it only if the backend has read the request and refuses
 * what is in it.
 */
export type DeliveryAnswer =
	| undefined
	| {
			/** The backend accepted the request. */
			readonly kind: 'accepted';
			/** The number of records that it refused nevertheless. They are counted as dropped. @default 0 */
			readonly rejected?: number | undefined;
	  }
	| {
			/** The backend is unreachable or busy: the request is sent again. */
			readonly kind: 'retry';
			/** The reason, for messages and `stats()`. @default an error that names the preset and `retry` */
			readonly error?: unknown;
			/** The least time until the next attempt, in milliseconds. @default an increasing pause that the sender sets */
			readonly afterMs?: number | undefined;
	  }
	| {
			/**
			 * The backend refuses the content of the request. Parts of it are sent, each half as large, until the records
			 * that it refuses are found. Those are counted as dropped and kept as dead letters; all others are delivered. If
			 * it accepts nothing at all, that is taken for `badBackend`.
			 */
			readonly kind: 'badBody';
			/** True if it refuses the size of the request, and not its content. @default false */
			readonly tooLarge?: boolean | undefined;
			/** The reason, for messages and `stats()`. @default an error that names the preset and `badBody` */
			readonly error?: unknown;
			/** The text that the backend returned. It is kept with the dead letters. @default '' */
			readonly answer?: string | undefined;
	  }
	| {
			/**
			 * The backend accepts no request before a person has corrected something: a key, an address, the backend itself.
			 * Everything is kept, one line reports the reason, and the backend is asked again ever later, up to 30 seconds.
			 */
			readonly kind: 'badBackend';
			/** The reason, for messages and `stats()`. @default an error that names the preset and `badBackend` */
			readonly error?: unknown;
			/** The least time until the next attempt, in milliseconds. @default an increasing pause that the sender sets */
			readonly afterMs?: number | undefined;
	  };

/**
 * A backend that a custom preset reaches through its own `send` function: a message queue, an object store, or any
 * protocol other than OTLP.
 */
export interface CustomBackend extends BackendOptions {
	/**
	 * The address as a URL of any scheme with a host. Without user name, password and query it identifies the folder of
	 * the journal, and messages and `stats()` show it.
	 *
	 * `deliver()` throws a `TypeError` if it is not such a URL.
	 */
	readonly endpoint: string;
	/**
	 * The encoding of the requests. `deliver()` throws a `TypeError` if it is neither of the two.
	 *
	 * @default 'protobuf'
	 */
	readonly encoding?: 'protobuf' | 'json' | undefined;
	/**
	 * The time limit of one request, in milliseconds. A request that exceeds it is sent again. `deliver()` throws a
	 * `TypeError` if it is not greater than 0.
	 *
	 * @default 10000
	 */
	readonly timeout?: number | undefined;
	/**
	 * The start of the interval that a metric covers: the start of the process (`cumulative`) or the previous collection
	 * (`delta`; `lowmemory` is delta for synchronous counters and histograms only).
	 *
	 * @default 'cumulative'
	 */
	readonly temporality?: 'cumulative' | 'delta' | 'lowmemory' | undefined;
	/**
	 * Delivers one request. It is called for one request at a time for each signal, the oldest first. If it throws or
	 * rejects, the outcome is `retry` with that error. It must not return before the backend has the request, because the
	 * records are then removed from the disk.
	 */
	send(request: DeliveryRequest): DeliveryAnswer | Promise<DeliveryAnswer>;
	/**
	 * Closes the connection. It is called once, when all signals are shut down. What it throws is logged.
	 *
	 * @default nothing is closed
	 */
	close?(): void;
}
