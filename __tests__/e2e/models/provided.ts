import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { startSdk, stopSdk } from '../../contract/harness.js';
import { Provider } from './servers/wire.js';

/**
 * Starts a provider for the tests of one file. Each test has an SDK of its own and must request all scripted replies.
 */
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
