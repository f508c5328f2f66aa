import { withoutSecrets } from '../lib/diagnostics/configured-secrets.js';
import { log } from '../lib/diagnostics/diag-logger.js';
import { warnOnce } from '../lib/runtime/log-once.js';
import type { SignalCounts } from './common/counts.js';
import type { SendObserver } from './sending/sender.js';

/** While an outage lasts it is said so often. */
const MINUTE_MS = 60_000;

/** What is counted, and what a person calls it. */
type Signals = readonly (readonly [what: string, SignalCounts])[];

/** What a person can do about a reason, as a sentence has it. */
export type Remedy = (reason: string) => string;

/** What a sentence has of an outage: where what cannot be delivered waits, and what a person can do. */
interface Words {
	readonly kept: () => string;
	readonly remedy: Remedy;
}

/**
 * One address that a preset sends to: says that it is away, each minute that it still is, and that it is back, each
 * with the counts; and keeps the last error.
 */
export class Backend implements SendObserver {
	readonly shown: string;
	readonly #preset: string;
	readonly #words: Words;
	readonly #counts: () => Signals;
	#lastError: string | undefined;
	#lastErrorAt: number | undefined;
	#away: { since: number; dropped: number; timer: NodeJS.Timeout } | undefined;

	/**
	 * @param endpoint - as it may be shown
	 */
	constructor(preset: string, endpoint: string, words: Words, counts: () => Signals) {
		this.#preset = preset;
		this.shown = endpoint;
		this.#words = words;
		this.#counts = counts;
	}

	/** A delivery failed, and will be tried again. */
	failed(error: unknown): void {
		this.#note(error);
		if (this.#away !== undefined) return;
		const timer = setInterval(() => this.#still(), MINUTE_MS).unref();
		this.#away = { since: performance.now(), dropped: this.#sum('dropped'), timer };
		log(
			`the ${this.#preset} preset cannot deliver to ${this.shown}; ${this.#words.kept()}. ` +
				`${this.#words.remedy(this.#lastError ?? '')} Reason: ${this.#lastError}`,
		);
	}

	/** A delivery was accepted. */
	delivered(): void {
		if (this.#away === undefined) return;
		const { since, dropped } = this.#away;
		this.close();
		log(
			`the ${this.#preset} preset delivers to ${this.shown} again, after ${seconds(since)}; ` +
				`${waiting(this.#counts())} to be sent, ${this.#sum('dropped') - dropped} were dropped meanwhile.`,
		);
	}

	/** Records were refused, and would be again. */
	refused(error: unknown): void {
		this.#note(error);
		warnOnce(
			`${this.#preset}/${this.shown}/refused/${this.#lastError?.slice(0, 40)}`,
			`${this.shown} refuses what the ${this.#preset} preset sends; that is not sent again, and stats() counts it. The ` +
				`folder "refused" of the journal, where there is one, holds it with the answer.`,
			new Error(this.#lastError),
		);
	}

	/** Says nothing more of an outage. */
	close(): void {
		clearInterval(this.#away?.timer);
		this.#away = undefined;
	}

	reasonOf(error: unknown): string {
		return reasonOf(error);
	}

	stats(): BackendStats {
		return {
			preset: this.#preset,
			endpoint: this.shown,
			lastError: this.#lastError,
			lastErrorAt: this.#lastErrorAt,
		};
	}

	#note(error: unknown): void {
		this.#lastError = reasonOf(error);
		this.#lastErrorAt = Date.now();
	}

	#still(): void {
		if (this.#away === undefined) return;
		const { since, dropped } = this.#away;
		log(
			`the ${this.#preset} preset has not delivered to ${this.shown} for ${seconds(since)}; ${waiting(this.#counts())}, ` +
				`${this.#sum('dropped') - dropped} were dropped. Reason: ${this.#lastError}`,
		);
	}

	#sum(what: 'dropped'): number {
		return this.#counts().reduce((sum, [, counts]) => sum + counts[what], 0);
	}
}

function seconds(since: number): string {
	return `${Math.round((performance.now() - since) / 1000)} s`;
}

/** What waits and where, by signal. */
function waiting(signals: Signals): string {
	const parts = signals.flatMap(([what, { queued, onDisk = 0 }]) =>
		queued + onDisk === 0 ? [] : [`${queued + onDisk} ${what} (${onDisk} on disk)`],
	);
	return parts.length === 0 ? 'nothing waits' : `${parts.join(', ')} wait`;
}

/**
 * Why a delivery failed, in a few words. Node's error of a refused connection to `localhost` has an empty message and
 * its causes in `errors`, and an OTLP exporter's has the status of HTTP in `code`; gRPC says its code in the message, and
 * ends with a note that is mostly empty. A response's body is not repeated, since it may hold what was sent.
 */
export function reasonOf(error: unknown): string {
	// By its shape: an error may come from another realm, as under jest.
	if (typeof error !== 'object' || error === null) return oneLine(String(error));
	const { name, message, code, errors } = error as Record<string, unknown>;
	if (typeof message === 'string' && message !== '') {
		const text = message.replace(/\s*Resolution note:\s*$/, '');
		return oneLine(typeof code === 'number' && !text.startsWith(`${code} `) ? `${code} ${text}` : text);
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

/** What is known of one place that telemetry is sent to. */
export interface BackendStats {
	/** The preset that sends. */
	preset: string;
	/** Where to, without a user name, a password or a query. */
	endpoint: string;
	/** Why the last delivery that failed did; undefined while none has. */
	lastError: string | undefined;
	/** When it failed, in milliseconds since 1970. */
	lastErrorAt: number | undefined;
}
