import { AgenteseError } from '../../lib/agentese/errors/errors.js';

/** One fault of a config. */
export interface ConfigurationFault {
	/** The absolute path of a file, the name of an environment variable, or `argument`. */
	readonly source: string;
	/** The line of the file, counted from 1. Absent if the source is no file, or has no lines. */
	readonly line?: number;
	/** The path of the key, such as `sampling.rate`. Empty if the fault concerns the whole source. */
	readonly key: string;
	/** One sentence: what the key got, what is legal, and the nearest legal word if there is one. */
	readonly message: string;
}

/** The most faults that a message lists. */
const MAX_LINES = 50;

/**
 * Thrown for a faulty config, with the faults of all sources. Telemetry is not started. Each fault's message has its own
 * rule and way out, so `why` is empty, and `hints` and `related` are empty lists.
 */
export class ConfigurationError extends AgenteseError {
	/** Always `ConfigurationError`. */
	override readonly name = 'ConfigurationError';
	// Private fields, because Node prints the own properties of an uncaught error, and the message already has all of it.
	readonly #faults: readonly ConfigurationFault[];
	readonly #strict: boolean;

	/**
	 * Creates the error for the faults of all sources.
	 *
	 * @param faults - the faults; the message lists the first 50 of them
	 * @param strict - the value of the config's key `strict`. @default true
	 * @param omitted - how many more there are, which are only counted. @default 0
	 */
	constructor(faults: readonly ConfigurationFault[], strict = true, omitted = 0) {
		const lines = faults
			.slice(0, MAX_LINES)
			.map(({ source, line, message }) => `${source}${line === undefined ? '' : `:${line}`}: ${message}`);
		const [only = ''] = lines;
		const count = faults.length + omitted;
		const rest = count > lines.length ? [`and ${count - lines.length} more.`] : [];
		super(
			count === 1
				? `The configuration is refused. ${only}`
				: `The configuration is refused, with ${count} faults.\n${[...lines, ...rest].map((line) => `  ${line}`).join('\n')}`,
		);
		// Node would print these empty properties of an uncaught error below its message.
		for (const name of ['why', 'hints', 'related']) Object.defineProperty(this, name, { enumerable: false });
		this.#faults = faults;
		this.#strict = strict;
	}

	/** Internal Server Error: the fault is the application's, not the caller's. */
	get status(): 500 {
		return 500;
	}

	/** The faults: by source, and within a source by line. Of each source at most 100 are described. */
	get faults(): readonly ConfigurationFault[] {
		return this.#faults;
	}

	/**
	 * The value of `strict` in the faulty config. If it is false, `startTelemetry` logs the faults and continues without
	 * telemetry instead of throwing.
	 */
	get strict(): boolean {
		return this.#strict;
	}
}

/** A fault with the path of its key, from which the line in the file is found later. */
export interface PathFault extends ConfigurationFault {
	/** The keys and list indexes from the root of the config. */
	readonly path: readonly PropertyKey[];
}
