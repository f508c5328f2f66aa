/** The command was used wrongly: the user can correct it, and nothing was done. The exit code is 2. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}
