import type { MeterModelOptions } from './options.js';

/** How `meterModel` recognizes and meters one kind of model client. Each kind has its own file. */
export interface ClientAdapter {
	/** The name of the client's package. Messages print it. */
	readonly name: string;
	/**
	 * Returns whether a client is of this kind. It inspects members and prototypes, and reads none that does work when
	 * it is read. If it throws, the client is not of this kind. It never imports the client's package: the application
	 * brings it.
	 */
	recognizes(client: object): boolean;
	/**
	 * Watches the calls of a client, by overrides on the client object and on objects that belong to it alone, never on
	 * a prototype or a module. It is called once for each client.
	 *
	 * @throws TypeError if the client cannot be watched
	 */
	meter(client: object, options: MeterModelOptions): void;
}
