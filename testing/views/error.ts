/** An expectation of a test that what was recorded does not meet. */
export class TelemetryAssertionError extends Error {
	override readonly name = 'TelemetryAssertionError';
}
