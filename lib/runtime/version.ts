/** The name of the instrumentation scope of every span and metric that the toolkit creates. */
export const SCOPE = 'agentese-otel';

/** The version of that instrumentation scope. A test compares it with the version in package.json. */
export const VERSION = '0.1.0';
