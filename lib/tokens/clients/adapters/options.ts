import { printable } from '../../../agentese/errors/escape.js';
import { typeName } from '../../../settling/common/inspect.js';

/**
 * The options of {@linkcode meterModel}.
 *
 * @example
 * ```ts
 * import { meterModel, type MeterModelOptions } from 'agentese-otel';
 * import OpenAI from 'openai';
 *
 * const options: MeterModelOptions = { includeUsage: true };
 * const client = new OpenAI({ apiKey: 'none' });
 * meterModel(client, options) === client; // => true
 * ```
 */
export interface MeterModelOptions {
	/**
	 * Requests from OpenAI the usage of a streamed chat completion (`stream_options: { include_usage: true }`), unless
	 * the request of the application sets `include_usage` itself. The stream then has one more chunk, the last one,
	 * whose `choices` are empty. Other clients report usage in every stream, and are not affected.
	 *
	 * @default false
	 */
	readonly includeUsage?: boolean | undefined;
}

/** Returns a sentence about the first wrong option; undefined if all options are right. */
export function faultIn(options: unknown): string | undefined {
	if (typeof options !== 'object' || options === null)
		return `the options must be an object, but got ${typeName(options)}.`;
	const unknown = Object.keys(options).find((key) => key !== 'includeUsage');
	if (unknown !== undefined) return `there is no option '${printable(unknown)}'. Did you mean 'includeUsage'?`;
	const { includeUsage } = options as Record<string, unknown>;
	if (includeUsage === undefined || typeof includeUsage === 'boolean') return undefined;
	return `the option 'includeUsage' must be true or false, but got ${typeName(includeUsage)}.`;
}
