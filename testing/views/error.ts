/** An expectation of a test that what was recorded does not meet. */
export class TelemetryAssertionError extends Error {
	/** Always `TelemetryAssertionError`. */
	override readonly name = 'TelemetryAssertionError';
}
