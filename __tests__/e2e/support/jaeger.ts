/** A span as Jaeger's query API answers it. */
export interface JaegerSpan {
	readonly traceID: string;
	readonly spanID: string;
	readonly operationName: string;
	readonly references: readonly { readonly refType: string; readonly traceID: string; readonly spanID: string }[];
	/** Microseconds since 1970. */
	readonly startTime: number;
	/** Microseconds. */
	readonly duration: number;
	readonly tags: readonly { readonly key: string; readonly value: unknown }[];
	readonly logs: readonly { readonly timestamp: number }[];
}

/** An answer of `/api/traces`. */
export interface JaegerAnswer {
	readonly data: readonly { readonly spans: readonly JaegerSpan[] }[];
}

/** The value of one tag as text; undefined where the span has none of that key. */
export function tag(span: JaegerSpan, key: string): string | undefined {
	const found = span.tags.find((one) => one.key === key);
	return found === undefined ? undefined : String(found.value);
}

/** The span's parent. */
export function parentOf(span: JaegerSpan): string | undefined {
	return span.references.find(({ refType }) => refType === 'CHILD_OF')?.spanID;
}
