import { sayOnce } from '../../lib/runtime/say.js';
import type { BackendStats } from '../preset.js';
import { withoutSecrets } from '../secrets.js';

/** One address that a preset sends to: says once that it fails, says once that it is back, and keeps the last error. */
export class Backend {
	readonly #preset: string;
	readonly #endpoint: string;
	#lastError: string | undefined;
	#lastErrorAt: number | undefined;
	#away = false;

	/** @param endpoint - as it may be shown */
	constructor(preset: string, endpoint: string) {
		this.#preset = preset;
		this.#endpoint = endpoint;
	}

	/** A delivery failed for good. */
	failed(error: unknown): void {
		this.#lastError = reasonOf(error);
		this.#lastErrorAt = Date.now();
		this.#away = true;
		sayOnce(
			`${this.#preset}/${this.#endpoint}`,
			`the ${this.#preset} preset cannot deliver to ${this.#endpoint}; what is not accepted there is dropped, and ` +
				`stats() counts it. Start a backend there, or say where it is with ${this.#preset}.endpoint.`,
			new Error(this.#lastError),
		);
	}

	/** A delivery was accepted. */
	delivered(): void {
		if (!this.#away) return;
		this.#away = false;
		sayOnce(
			`${this.#preset}/${this.#endpoint}/again`,
			`the ${this.#preset} preset delivers to ${this.#endpoint} again.`,
		);
	}

	stats(): BackendStats {
		return {
			preset: this.#preset,
			endpoint: this.#endpoint,
			lastError: this.#lastError,
			lastErrorAt: this.#lastErrorAt,
		};
	}
}

/**
 * Why a delivery failed, in a few words. Node's error of a refused connection to `localhost` has an empty message and
 * its causes in `errors`, and an OTLP exporter's has the status of HTTP in `code`; a response's body is not repeated,
 * since it may hold what was sent.
 */
export function reasonOf(error: unknown): string {
	// By its shape: an error may come from another realm, as under jest.
	if (typeof error !== 'object' || error === null) return oneLine(String(error));
	const { name, message, code, errors } = error as Record<string, unknown>;
	if (typeof message === 'string' && message !== '') {
		return oneLine(typeof code === 'number' ? `${code} ${message}` : message);
	}
	const [first] = Array.isArray(errors) ? errors : [];
	if (first !== undefined) return reasonOf(first);
	return oneLine(String(code ?? name));
}

function oneLine(text: string): string {
	return withoutSecrets(text)
		.replace(/\s*\n\s*/g, ' ')
		.slice(0, 300);
}
