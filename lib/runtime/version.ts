import { SCHEMA_URL } from './names.generated.js';

/** The name of the instrumentation scope of every span and metric that the toolkit creates. */
export const SCOPE = 'agentese-otel';

/** The version of that instrumentation scope. A test compares it with the version in package.json. */
export const VERSION = '0.1.0';

/** The schema that all names of that instrumentation scope follow. The file is model/schemas/0.1.0 of the package. */
export const SCOPE_OPTIONS: Readonly<{ schemaUrl: string }> = Object.freeze({ schemaUrl: SCHEMA_URL });
