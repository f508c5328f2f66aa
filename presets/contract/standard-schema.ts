/**
 * A schema of any library that follows [Standard Schema](https://standardschema.dev) version 1: zod 4, Valibot, ArkType
 * and others. It is written here, because a published type that names a library makes that library's major version a
 * part of this package's.
 *
 * @typeParam Output - what the schema returns for a legal value
 */
export interface StandardSchema<Output = unknown> {
	/** What the standard defines. */
	readonly '~standard': {
		/** The version of the standard. */
		readonly version: 1;
		/** The name of the library, such as `zod`. */
		readonly vendor: string;
		/** Checks a value. It may return a promise, which is awaited. It reports faults as issues, and does not throw. */
		readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
		/** Types for inference. Never read at run time. @default absent */
		readonly types?:
			| {
					/** The type of what the schema accepts. */
					readonly input: unknown;
					/** The type of what it returns. */
					readonly output: Output;
			  }
			| undefined;
	};
}

/** The result of a check: the value with its defaults, or the issues. */
export type StandardResult<Output> =
	| {
			/** The value, with the defaults that the schema adds. */
			readonly value: Output;
			/** Undefined, because the value is legal. */
			readonly issues?: undefined;
	  }
	| {
			/** What is wrong with the value; at least one. */
			readonly issues: readonly StandardIssue[];
	  };

/** One thing that a schema found wrong with a value. */
export interface StandardIssue {
	/** What is wrong, in the library's words. */
	readonly message: string;
	/** The keys and list indexes that lead to the faulty value. @default the whole value is faulty */
	readonly path?:
		| readonly (
				| PropertyKey
				| {
						/** The key or the list index. */
						readonly key: PropertyKey;
				  }
		  )[]
		| undefined;
}

/** Whether a value is a schema that follows Standard Schema version 1. ArkType's schemas are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
	if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
	const standard: unknown = (value as { '~standard'?: unknown })['~standard'];
	if (typeof standard !== 'object' || standard === null) return false;
	const { version, validate } = standard as { version?: unknown; validate?: unknown };
	return version === 1 && typeof validate === 'function';
}
