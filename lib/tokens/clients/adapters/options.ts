import { printable } from '../../../agentese/errors/escape.js';
import { typeName } from '../../../settling/common/inspect.js';

/** What `meterModel` can be told. */
export interface MeterModelOptions {
	/**
	 * Asks OpenAI for the usage of a streamed chat completion (`stream_options: { include_usage: true }`) where the
	 * request says nothing of it. The stream then has one more chunk, the last one, whose `choices` are empty. Other clients
	 * report usage in every stream, and it changes nothing of them.
	 *
	 * @default false
	 */
	readonly includeUsage?: boolean | undefined;
}

/** A sentence on the first wrong option; undefined where all are right. */
export function faultIn(options: unknown): string | undefined {
	if (typeof options !== 'object' || options === null)
		return `its options are an object, but it got ${typeName(options)}.`;
	const unknown = Object.keys(options).find((key) => key !== 'includeUsage');
	if (unknown !== undefined) return `'${printable(unknown)}' is none of its options. Try 'includeUsage'.`;
	const { includeUsage } = options as Record<string, unknown>;
	if (includeUsage === undefined || typeof includeUsage === 'boolean') return undefined;
	return `the option 'includeUsage' is true or false, but it got ${typeName(includeUsage)}.`;
}
