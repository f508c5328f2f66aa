import { SpanStatusCode } from '@opentelemetry/api';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Returns the text in the style of its meaning, or unchanged if colours are off. */
export type Paint = (style: 'name' | 'faint' | 'good' | 'bad', text: string) => string;

/** Returns true if the span is the root of its trace, or the first span of the trace in this process. */
export function isLocalRoot({ parentSpanContext }: ReadableSpan): boolean {
	return parentSpanContext === undefined || parentSpanContext.isRemote === true;
}

/** Formats the spans of one trace: a line for each root, and its descendants below it, ordered by their start. */
export function traceLines(spans: readonly ReadableSpan[], paint: Paint): string[] {
	const ids = new Set(spans.map((span) => span.spanContext().spanId));
	const parentIdOf = ({ parentSpanContext }: ReadableSpan) => {
		return ids.has(parentSpanContext?.spanId ?? '') ? parentSpanContext?.spanId : undefined;
	};
	const orphans = spans.filter((span) => parentIdOf(span) === undefined).toSorted(byStart);
	const localRoots = orphans.filter(isLocalRoot);
	// Without a root among the spans, because it has not ended, the first orphan is printed as the root.
	const roots = localRoots.length > 0 ? localRoots : orphans.slice(0, 1);
	const childrenOf = new Map<string, ReadableSpan[]>();
	for (const span of spans) {
		if (roots.includes(span)) continue;
		// A span whose parent is not among the spans, because it has not ended, is printed below the first root.
		const parentId = parentIdOf(span) ?? roots[0]?.spanContext().spanId ?? '';
		childrenOf.set(parentId, [...(childrenOf.get(parentId) ?? []), span]);
	}
	const lines: string[] = [];
	const add = (span: ReadableSpan, firstIndent: string, indent: string) => {
		lines.push(paint('faint', firstIndent) + spanLine(span, paint));
		const id = span.spanContext().spanId;
		const children = (childrenOf.get(id) ?? []).toSorted(byStart);
		// Each span is printed once, even if two spans have the same id.
		childrenOf.delete(id);
		children.forEach((child, index) => {
			const last = index === children.length - 1;
			add(child, `${indent}${last ? '└─ ' : '├─ '}`, `${indent}${last ? '   ' : '│  '}`);
		});
	};
	for (const root of roots) add(root, '', '');
	return lines;
}

/** Formats a span, as `self.soul.challenge kent 1.2 s 1234→567 tokens REJECT ✓`, or with its message if it failed. */
function spanLine({ name, attributes, duration, status }: ReadableSpan, paint: Paint): string {
	const attribute = (key: string) => {
		const value = attributes[`agentese.${key}`];
		return typeof value === 'string' || typeof value === 'number' ? printable(String(value)) : undefined;
	};
	const [tokensIn, tokensOut] = [attribute('tokens.in'), attribute('tokens.out')];
	const failed = status.code === SpanStatusCode.ERROR;
	const outcome = attribute('outcome');
	return [
		paint('name', attribute('path') ?? printable(name)),
		attribute('observer'),
		paint('faint', durationText(hrTimeToMilliseconds(duration))),
		tokensIn === undefined && tokensOut === undefined ? undefined : `${tokensIn ?? 0}→${tokensOut ?? 0} tokens`,
		failed ? undefined : attribute('result'),
		outcome === 'refused' || outcome === 'cancelled' || outcome === 'unknown' ? paint('bad', outcome) : undefined,
		failed ? paint('bad', `✗ ${printable(status.message ?? 'error')}`) : paint('good', '✓'),
	]
		.filter((part) => part !== undefined)
		.join(' ');
}

/** Formats a duration in milliseconds with the unit that suits it: `2.0 ms`, `310 ms`, `1.2 s`, `1.5 min`. */
function durationText(ms: number): string {
	if (ms < 10) return `${ms.toFixed(1)} ms`;
	if (ms < 1000) return `${Math.round(ms)} ms`;
	return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/**
 * Returns at most 120 characters of the text on one line, without characters that move a terminal's cursor: names and
 * messages may come from outside the application.
 */
function printable(text: string): string {
	const flat = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
	return flat.length > 120 ? `${flat.slice(0, 120)}…` : flat;
}

function byStart(a: ReadableSpan, b: ReadableSpan): number {
	return startMs(a) - startMs(b);
}

function startMs({ startTime: [seconds, nanos] }: ReadableSpan): number {
	return seconds * 1000 + nanos / 1e6;
}
