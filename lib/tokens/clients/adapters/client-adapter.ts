import type { MeterModelOptions } from './options.js';

/** One kind of model client that `meterModel` knows. One kind, one file; `meter-model.ts` has the table of them. */
export interface ClientAdapter {
	/** As messages call it: `openai`, or the package's name. */
	readonly name: string;
	/**
	 * True for a client of this kind. It looks at members and prototypes, and reads none that does work when read. What it
	 * throws counts as false. The package itself is never imported: an application brings its own.
	 */
	knows(client: object): boolean;
	/**
	 * Watches the client by shadows on the very object (and on objects that belong to it alone), never on a prototype or
	 * a module. Called once per client.
	 *
	 * @throws TypeError where the client does not let itself be watched, or an option is not of this kind
	 */
	meter(client: object, options: MeterModelOptions): void;
}
