/** The instrumentation scope that spans and metrics of the toolkit carry; the version is package.json's, a test says so. */
export const SCOPE = 'agentese-otel';
export const VERSION = '0.1.0';
