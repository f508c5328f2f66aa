import type { SendResult, Transport } from '../../delivery/sending/transport.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { CustomBackend, DeliveryAnswer } from '../contract/custom-backend.js';
import type { OtlpSignal } from './destination.js';
import { ELSEWHERE, type Routes } from './route.js';

const TIMEOUT_MS = 10_000;

/** The ways to a backend that a person's own function reaches. */
export function customRoutes(preset: string, backend: CustomBackend): Routes {
	const { endpoint: url, encoding = 'protobuf' } = backend;
	let open = 0;
	const wayOf = (signal: OtlpSignal) => ({
		url,
		encoding,
		connect: async (): Promise<Transport> => {
			open += 1;
			return {
				send: (body) => sent(preset, backend, signal, body),
				close: () => {
					open -= 1;
					if (open === 0) backend.close?.();
				},
			};
		},
	});
	return Object.assign(wayOf, { remedy: ELSEWHERE });
}

/** Asks the person's function, within the time that it has. Never rejects. */
async function sent(preset: string, backend: CustomBackend, signal: OtlpSignal, body: Uint8Array): Promise<SendResult> {
	const { timeout = TIMEOUT_MS, encoding = 'protobuf' } = backend;
	const abort = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<SendResult>((resolve) => {
		const error = new Error(`no answer within ${timeout} ms`);
		timer = setTimeout(() => {
			resolve({ kind: 'later', error });
			abort.abort(error);
		}, timeout).unref();
	});
	const answered = async () => outcomeOf(preset, await backend.send({ signal, encoding, body, abort: abort.signal }));
	try {
		return await Promise.race([answered(), late]);
	} catch (error) {
		return { kind: 'later', error };
	} finally {
		clearTimeout(timer);
	}
}

function outcomeOf(preset: string, answer: DeliveryAnswer): SendResult {
	if (answer === undefined) return { kind: 'taken', refused: 0 };
	if (answer?.kind === 'taken') return { kind: 'taken', refused: answer.refused ?? 0 };
	if (answer?.kind === 'later' || answer?.kind === 'smaller' || answer?.kind === 'never') {
		return { ...answer, error: answer.error ?? new Error(`the ${preset} preset says "${answer.kind}"`) };
	}
	const error = new Error(
		`send() answers nothing, or an object whose kind is taken, later, smaller or never; it got ${typeof answer}`,
	);
	warnOnce(
		`deliver/${preset}/answer`,
		`what the ${preset} preset sends is sent again, since its send() is wrong.`,
		error,
	);
	return { kind: 'later', error };
}
