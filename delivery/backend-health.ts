import { log } from '../lib/diagnostics/diag-logger.js';
import { withoutSecrets } from '../lib/diagnostics/mask.js';
import { printable } from '../lib/diagnostics/printable.js';
import { warnOnce } from '../lib/runtime/log-once.js';
import { platform } from '../lib/runtime/platform.js';
import type { SignalCounts } from './common/counts.js';
import type { SendObserver } from './sending/sender.js';

/**
 * The name of the error of a transport that could not be created: a file or a proxy in its options cannot be used, and the
 * backend was never asked.
 */
export const UNBUILT = 'TransportError';

/** How many characters of a reason are read. */
const MAX_REASON = 4000;

/** How often a lasting outage is logged, in milliseconds. */
const REPEAT_MS = 60_000;

/** The counts of each signal, with the name of its records in messages. */
type Signals = readonly (readonly [recordName: string, SignalCounts])[];

/** Returns a sentence on what a person can do about the reason of a failure. */
export type Remedy = (reason: string) => string;

/** The parts of the message on an outage. */
interface OutageWording {
	/** Returns where what cannot be delivered waits. */
	readonly kept: () => string;
	readonly remedy: Remedy;
}

/**
 * Watches one address that a preset sends to: logs that it is unreachable, every minute that it still is, and that it
 * is reachable again, each with the counts. Keeps the last error for `stats()`.
 */
export class BackendHealth implements SendObserver {
	/** The address, without a user name, a password or a query. */
	readonly target: string;
	readonly #preset: string;
	readonly #wording: OutageWording;
	/** Returns the counts of the signals that are sent there. */
	readonly #counts: () => Signals;
	#lastError: string | undefined;
	/** In milliseconds since 1970. */
	#lastErrorAt: number | undefined;
	/**
	 * Undefined while the backend is reachable. `since` is its beginning as `performance.now()` counts, `beganAt` in
	 * milliseconds since 1970, `dropped` the count at its beginning, `remedies` are those that were logged, and `isLogged`
	 * is false as long as nothing was logged.
	 */
	#outage:
		| {
				since: number;
				beganAt: number;
				dropped: number;
				remedies: Set<string>;
				isLogged: boolean;
				timer: NodeJS.Timeout;
		  }
		| undefined;
	/** The outage before, and until when the next one of the same kind is a part of it, as `performance.now()` counts. */
	#before: { remedies: ReadonlySet<string>; until: number } = { remedies: new Set(), until: 0 };

	/**
	 * @param endpoint - without a user name, a password or a query
	 * @param counts - returns the counts of the signals that are sent there
	 */
	constructor(preset: string, endpoint: string, wording: OutageWording, counts: () => Signals) {
		this.#preset = preset;
		this.target = endpoint;
		this.#wording = wording;
		this.#counts = counts;
	}

	/**
	 * Logs the beginning of an outage, and each new remedy during it. An outage that begins within a minute after one of the
	 * same kind is logged when it has lasted for a minute.
	 */
	failed(error: unknown): void {
		this.#keep(error);
		const remedy = this.#wording.remedy(this.#lastError ?? '');
		this.#outage ??= this.#begin();
		const { remedies } = this.#outage;
		// A backend that is busy again and again has one line, not two for each request.
		if (remedies.has(remedy)) return;
		remedies.add(remedy);
		this.#outage.isLogged = true;
		const rest = `${this.#wording.kept()}. ${remedy} Reason: ${this.#lastError}`;
		if ((error as Error | undefined)?.name === UNBUILT) {
			log(
				`the ${this.#preset} preset cannot prepare its connection to ${this.target}, and sends nothing there; ${rest}`,
			);
		} else log(`the ${this.#preset} preset cannot deliver to ${this.target}; ${rest}`);
	}

	#begin() {
		const isSame = platform.performanceNow() < this.#before.until;
		return {
			since: platform.performanceNow(),
			beganAt: platform.dateNow(),
			dropped: this.#dropped(),
			remedies: new Set(isSame ? this.#before.remedies : []),
			isLogged: false,
			timer: platform.setInterval(() => this.#logOutage(), REPEAT_MS).unref(),
		};
	}

	/** Logs once that one request fails while others are accepted. */
	failedAlone(error: unknown): void {
		this.#keep(error);
		warnOnce(
			`${this.#preset}/${this.target}/alone`,
			`one request of the ${this.#preset} preset fails while ${this.target} accepts others; it is kept and sent again, ever ` +
				'later.',
			new Error(this.#lastError),
		);
	}

	/** Logs the end of an outage. */
	delivered(): void {
		if (this.#outage === undefined) return;
		const { since, dropped, remedies, isLogged } = this.#outage;
		this.close();
		this.#before = { remedies, until: platform.performanceNow() + REPEAT_MS };
		if (!isLogged) return;
		log(
			`the ${this.#preset} preset delivers to ${this.target} again, after ${seconds(since)}; ` +
				`${waiting(this.#counts())} to be sent, ${this.#dropped() - dropped} were dropped meanwhile.`,
		);
	}

	/** Logs each reason of a refusal once. */
	refused(error: unknown): void {
		this.#keep(error);
		warnOnce(
			`${this.#preset}/${this.target}/refused/${this.#lastError?.slice(0, 40)}`,
			`${this.target} refuses what the ${this.#preset} preset sends; that is not sent again, and stats() counts it. The ` +
				`folder "refused" of the journal, if there is one, holds it with the response.`,
			new Error(this.#lastError),
		);
	}

	/** Ends an outage without a message. */
	close(): void {
		platform.clearInterval(this.#outage?.timer);
		this.#outage = undefined;
	}

	/** Returns an error as a few words, without secrets. */
	reasonOf(error: unknown): string {
		return reasonOf(error);
	}

	/** Returns the address and its last error. */
	stats(): BackendStats {
		return {
			preset: this.#preset,
			endpoint: this.target,
			lastError: this.#lastError,
			lastErrorAt: this.#lastErrorAt,
			unreachableSince: this.#outage?.beganAt,
		};
	}

	/** Keeps an error for `stats()` and the messages. */
	#keep(error: unknown): void {
		this.#lastError = reasonOf(error);
		this.#lastErrorAt = platform.dateNow();
	}

	/** Logs that the outage lasts. */
	#logOutage(): void {
		if (this.#outage === undefined) return;
		const { since, dropped } = this.#outage;
		this.#outage.isLogged = true;
		log(
			`the ${this.#preset} preset has not delivered to ${this.target} for ${seconds(since)}; ${waiting(this.#counts())}, ` +
				`${this.#dropped() - dropped} were dropped. Reason: ${this.#lastError}`,
		);
	}

	/** How many records of all signals are dropped. */
	#dropped(): number {
		return this.#counts().reduce((sum, [, { dropped }]) => sum + dropped, 0);
	}
}

/** Returns the time since then, as `performance.now()` counts, as text. */
function seconds(since: number): string {
	return `${Math.round((platform.performanceNow() - since) / 1000)} s`;
}

/** Returns how many records of each signal wait, and how many of them are on disk. */
function waiting(signals: Signals): string {
	const parts = signals.flatMap(([recordName, { queued, onDisk = 0 }]) =>
		queued + onDisk === 0 ? [] : [`${queued + onDisk} ${recordName} (${onDisk} on disk)`],
	);
	return parts.length === 0 ? 'nothing waits' : `${parts.join(', ')} wait`;
}

/**
 * Returns why a request failed, in a few words and without secrets. Never throws.
 *
 * Node's error of a refused connection to `localhost` has an empty message and its causes in `errors`. The error of an
 * OTLP exporter has the HTTP status in `code`. That of gRPC has its code in the message, which ends with a note that is
 * mostly empty. The body of a response is not repeated, since it may contain what was sent.
 */
export function reasonOf(error: unknown): string {
	// Not by `instanceof`: an error may come from another realm, as under jest.
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

/** Returns a text on one line of up to 300 characters, without secrets, and with nothing that a terminal obeys. */
function oneLine(text: string): string {
	return printable(withoutSecrets(text.slice(0, MAX_REASON)), 300);
}

/** The state of one address that telemetry is sent to. */
export interface BackendStats {
	/** The name of the preset that sends. */
	preset: string;
	/** The URL, without a user name, a password or a query. */
	endpoint: string;
	/** Why the last failed request failed; undefined if none has. */
	lastError: string | undefined;
	/** When that was, in milliseconds since 1970. */
	lastErrorAt: number | undefined;
	/**
	 * Since when no request was accepted, in milliseconds since 1970; undefined while the last one was accepted.
	 *
	 * @default undefined
	 */
	unreachableSince?: number | undefined;
}
