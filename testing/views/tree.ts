import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { ATTR_AGENTESE_OUTCOME, ATTR_ERROR_TYPE } from '../../lib/runtime/names.generated.js';
import type { ReadableSpan } from '../../presets/contract/sdk-parts.js';
import type { SpanRecord } from '../recording/span-log.js';
import { isInvocation, labelOf } from './invocation.js';

/**
 * What a line of the tree shows beside the label, the outcome and the type of an error.
 *
 * @example
 * ```ts
 * import { traced } from 'agentese-otel';
 * import { testTelemetry, type TreeOptions } from 'agentese-otel/testing';
 *
 * const options: TreeOptions = { attributes: ['agentese.result'] };
 * await using t = await testTelemetry();
 * traced(() => 'done', { path: 'world.garden.prune', result: (value) => value })();
 * t.tree(options); // => 'world.garden.prune ok agentese.result="done"'
 * ```
 */
export interface TreeOptions {
	/** The names of attributes whose values each line shows. @default none */
	readonly attributes?: readonly string[] | undefined;
}

/** The words of a span's status. */
const STATUS: Readonly<Record<number, string>> = {
	[SpanStatusCode.OK]: 'ok',
	[SpanStatusCode.ERROR]: 'error',
	[SpanStatusCode.UNSET]: '',
};

/**
 * Returns the ended spans as lines, each indented by two spaces below its parent, siblings in the order of their start.
 * A line has no id and no time, so it is the same in every run.
 */
export function treeOf(records: readonly SpanRecord[], { attributes = [] }: TreeOptions): string {
	const shown = records.filter(({ ended }) => ended !== undefined);
	const lines: string[] = [];
	const add = (record: SpanRecord, depth: number) => {
		lines.push(`${'  '.repeat(depth)}${lineOf(record.ended as ReadableSpan, attributes)}`);
		for (const child of shown) if (shownParent(child) === record) add(child, depth + 1);
	};
	for (const record of shown) if (shownParent(record) === undefined) add(record, 0);
	return lines.join('\n');
}

/** Returns the innermost ended span around one. */
function shownParent({ parent }: SpanRecord): SpanRecord | undefined {
	return parent === undefined || parent.ended !== undefined ? parent : shownParent(parent);
}

function lineOf(span: ReadableSpan, keys: readonly string[]): string {
	const { attributes, status, kind } = span;
	const shown = keys.flatMap((key) =>
		attributes[key] === undefined ? [] : `${key}=${JSON.stringify(attributes[key])}`,
	);
	return [
		isInvocation(span) ? labelOf(span) : span.name,
		kind === SpanKind.INTERNAL ? '' : `(${SpanKind[kind]?.toLowerCase()})`,
		String(attributes[ATTR_AGENTESE_OUTCOME] ?? STATUS[status.code] ?? ''),
		String(attributes[ATTR_ERROR_TYPE] ?? ''),
		...shown,
	]
		.filter((part) => part !== '')
		.join(' ');
}
