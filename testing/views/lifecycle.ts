import { isSampled, type SpanRecord } from '../recording/span-log.js';
import { isInvocation, labelOf } from './invocation.js';

/** Returns a sentence for each span whose life is not what it must be: ended once, and within its parent. */
export function lifecycleFaults(records: readonly SpanRecord[]): string[] {
	return records.flatMap((record) => {
		const name = nameOf(record);
		if (record.endedAt === undefined) return [`${name} has not ended.${wayOutOfOpen(record)}`];
		const faults: string[] = [];
		if (record.ends > 1) faults.push(`${name} was ended ${record.ends} times. End a span once.`);
		const { parent } = record;
		if (parent === undefined) return faults;
		if (parent.endedAt !== undefined && record.startedAt > parent.endedAt) {
			faults.push(
				`${name} began after its parent ${nameOf(parent)} had ended. Give it a parent of its own: root: true.`,
			);
		} else if (parent.endedAt !== undefined && record.endedAt > parent.endedAt) {
			faults.push(`${name} ended after its parent ${nameOf(parent)}. Await it, or make it a root: root: true.`);
		}
		return faults;
	});
}

/** Returns how a span is named in messages: by what its export shows, or by its plain name while it is open. */
function nameOf(record: SpanRecord): string {
	const span = record.ended ?? record.raw;
	const kind = isInvocation(span) ? 'the invocation' : 'the span';
	return `${kind} ${isInvocation(span) ? labelOf(span) : span.name}${isSampled(record) ? '' : ' (not sampled)'}`;
}

function wayOutOfOpen({ raw }: SpanRecord): string {
	return isInvocation(raw)
		? ' Await what it returned, consume its stream to the end or leave it, or call end() of what startInvocation() returned.'
		: ' Call its end().';
}
