import { SpanStatusCode } from '@opentelemetry/api';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Gives a text the look of its meaning. */
export type Paint = (look: 'name' | 'faint' | 'good' | 'bad', text: string) => string;

/** Whether it is where a trace begins, or where it comes into this process. */
export function isEntry({ parentSpanContext }: ReadableSpan): boolean {
	return parentSpanContext === undefined || parentSpanContext.isRemote === true;
}

/** The spans of a trace as lines: each root, and below it what it holds, in the order in which the spans began. */
export function trees(spans: readonly ReadableSpan[], paint: Paint): string[] {
	const known = new Set(spans.map((span) => span.spanContext().spanId));
	const parentOf = ({ parentSpanContext }: ReadableSpan) => {
		return known.has(parentSpanContext?.spanId ?? '') ? parentSpanContext?.spanId : undefined;
	};
	const orphans = spans.filter((span) => parentOf(span) === undefined).toSorted(inTime);
	const entries = orphans.filter(isEntry);
	const roots = entries.length > 0 ? entries : orphans.slice(0, 1);
	const below = new Map<string, ReadableSpan[]>();
	for (const span of spans) {
		if (roots.includes(span)) continue;
		// One whose own parent is not seen, since it has not ended yet, still belongs to the trace.
		const id = parentOf(span) ?? roots[0]?.spanContext().spanId ?? '';
		below.set(id, [...(below.get(id) ?? []), span]);
	}
	const lines: string[] = [];
	const add = (span: ReadableSpan, first: string, rest: string) => {
		lines.push(paint('faint', first) + line(span, paint));
		const id = span.spanContext().spanId;
		const children = (below.get(id) ?? []).toSorted(inTime);
		below.delete(id);
		children.forEach((child, index) => {
			const last = index === children.length - 1;
			add(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`);
		});
	};
	for (const root of roots) add(root, '', '');
	return lines;
}

/** `self.soul.challenge kent 1.2 s 1234→567 tokens REJECT`; the status and its message where it failed. */
function line({ name, attributes, duration, status }: ReadableSpan, paint: Paint): string {
	const said = (key: string) => {
		const value = attributes[`agentese.${key}`];
		return typeof value === 'string' || typeof value === 'number' ? clean(String(value)) : undefined;
	};
	const [tokensIn, tokensOut] = [said('tokens.in'), said('tokens.out')];
	const failed = status.code === SpanStatusCode.ERROR;
	const outcome = said('outcome');
	return [
		paint('name', said('path') ?? clean(name)),
		said('observer'),
		paint('faint', time(hrTimeToMilliseconds(duration))),
		tokensIn === undefined && tokensOut === undefined ? undefined : `${tokensIn ?? 0}→${tokensOut ?? 0} tokens`,
		failed ? undefined : said('result'),
		outcome === 'refused' || outcome === 'cancelled' ? paint('bad', outcome) : undefined,
		failed ? paint('bad', `✗ ${clean(status.message ?? 'error')}`) : paint('good', '✓'),
	]
		.filter((part) => part !== undefined)
		.join(' ');
}

function time(ms: number): string {
	if (ms < 10) return `${ms.toFixed(1)} ms`;
	if (ms < 1000) return `${Math.round(ms)} ms`;
	return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** One line, and nothing that moves a terminal's cursor: names and messages may come from outside. */
function clean(text: string): string {
	const flat = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
	return flat.length > 120 ? `${flat.slice(0, 120)}…` : flat;
}

function inTime(a: ReadableSpan, b: ReadableSpan): number {
	return startOf(a) - startOf(b);
}

function startOf({ startTime: [seconds, nanos] }: ReadableSpan): number {
	return seconds * 1000 + nanos / 1e6;
}
