/** The command was used wrongly: a person can mend it, and nothing was done. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}
