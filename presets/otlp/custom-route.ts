import type { SendResult, Transport } from '../../delivery/sending/transport.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { platform } from '../../lib/runtime/platform.js';
import type { CustomBackend, DeliveryAnswer } from '../contract/custom-backend.js';
import type { OtlpSignal } from './destination.js';
import { CUSTOM_REMEDY, type Routes } from './route.js';

/** The default time limit of one request, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Returns the routes to a custom backend, whose `send` function delivers the requests. The backend is closed when the
 * transports of all its signals are closed.
 *
 * @param preset - the name of the custom preset, for messages
 */
export function customRoutes(preset: string, backend: CustomBackend): Routes {
	const { endpoint: url, encoding = 'protobuf' } = backend;
	let openTransports = 0;
	const routeOf = (signal: OtlpSignal) => ({
		url,
		encoding,
		connect: async (): Promise<Transport> => {
			openTransports += 1;
			return {
				send: (body) => sendWithin(preset, backend, signal, body),
				close: () => {
					openTransports -= 1;
					if (openTransports === 0) backend.close?.();
				},
			};
		},
	});
	return Object.assign(routeOf, { remedy: CUSTOM_REMEDY });
}

/**
 * Calls the backend's `send` function with one request. If it exceeds the backend's time limit, the request is aborted
 * and is to be sent again. Never rejects.
 */
async function sendWithin(
	preset: string,
	backend: CustomBackend,
	signal: OtlpSignal,
	body: Uint8Array,
): Promise<SendResult> {
	const { timeout = TIMEOUT_MS, encoding = 'protobuf' } = backend;
	const abort = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	const timedOut = new Promise<SendResult>((resolve) => {
		const error = new Error(`no answer within ${timeout} ms`);
		// The limit keeps the process alive: a request is decided before it ends, or given up at that time.
		timer = platform.setTimeout(() => {
			resolve({ kind: 'retry', error });
			abort.abort(error);
		}, timeout);
	});
	// An async function, so that a `send` that throws synchronously has the same effect as one that rejects.
	const send = async () => answerToResult(preset, await backend.send({ signal, encoding, body, abort: abort.signal }));
	try {
		return await Promise.race([send(), timedOut]);
	} catch (error) {
		return { kind: 'retry', error };
	} finally {
		platform.clearTimeout(timer);
	}
}

/** The kinds of a legal answer. */
const KINDS = ['accepted', 'retry', 'badBody', 'badBackend'];

/** Checks what `send` returned and fills in its defaults. An illegal value is reported once and means `retry`. */
function answerToResult(preset: string, answer: DeliveryAnswer): SendResult {
	if (answer === undefined) return { kind: 'accepted', rejected: 0 };
	if (answer?.kind === 'accepted') return { kind: 'accepted', rejected: answer.rejected ?? 0 };
	if (answer?.kind === 'retry' || answer?.kind === 'badBody' || answer?.kind === 'badBackend') {
		return { ...answer, error: answer.error ?? new Error(`send() of the ${preset} preset returned "${answer.kind}"`) };
	}
	const { kind } = (answer ?? {}) as { kind?: unknown };
	const got = typeof kind === 'string' ? `the kind "${kind}"` : typeof answer;
	const error = new Error(
		`send() must return nothing, or an object whose kind is one of ${KINDS.join(', ')}; it returned ${got}`,
	);
	warnOnce(
		`deliver/${preset}/answer`,
		`send() of the ${preset} preset returned no legal answer, so its request is sent again.`,
		error,
	);
	return { kind: 'retry', error };
}
