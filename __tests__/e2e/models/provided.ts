import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { startSdk, stopSdk } from '../../contract/harness.js';
import { Provider } from './servers/wire.js';

/** A provider for the tests of one file, each with an SDK of its own; a test must ask for all that it had scripted. */
export function provided(): Provider {
	const server = new Provider();
	beforeAll(() => server.start());
	afterAll(() => server.close());
	beforeEach(() => {
		server.reset();
		startSdk();
	});
	afterEach(() => {
		stopSdk();
		expect(server.left).toBe(0);
	});
	return server;
}
