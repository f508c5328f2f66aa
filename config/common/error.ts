/** One thing in a config that is not as it must be. */
export interface ConfigurationFault {
	/** The file, the variable, or `argument`. */
	readonly source: string;
	/** The line of the file, from 1, where the source is a file that has lines. */
	readonly line?: number;
	/** The path of the key, `sampling.rate`; empty for the whole. */
	readonly key: string;
	/** The sentence: what it got, what is legal, the nearest legal word. */
	readonly message: string;
}

/** The config was refused, with all its faults at once. Nothing was started. */
export class ConfigurationError extends Error {
	override readonly name = 'ConfigurationError';
	// Behind getters, because Node prints the own properties of an uncaught error, and all of it is in the message.
	readonly #faults: readonly ConfigurationFault[];
	readonly #strict: boolean;

	constructor(faults: readonly ConfigurationFault[], strict = true) {
		const lines = faults.map(
			({ source, line, message }) => `${source}${line === undefined ? '' : `:${line}`}: ${message}`,
		);
		const [only = ''] = lines;
		super(
			lines.length === 1
				? `The configuration is refused. ${only}`
				: `The configuration is refused, with ${lines.length} faults.\n${lines.map((line) => `  ${line}`).join('\n')}`,
		);
		this.#faults = faults;
		this.#strict = strict;
	}

	get faults(): readonly ConfigurationFault[] {
		return this.#faults;
	}

	/** What the faulty config itself said under `strict`: false asks for a start without telemetry. */
	get strict(): boolean {
		return this.#strict;
	}
}

/** A fault, with the path to its key rather than the line. */
export interface PathFault extends ConfigurationFault {
	readonly path: readonly PropertyKey[];
}
