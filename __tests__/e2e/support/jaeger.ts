/** A span as Jaeger's query API returns it. */
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
	/** What Jaeger corrected, such as clock skew; null or absent if nothing. */
	readonly warnings?: readonly string[] | null;
}

/** A response of `/api/traces`. */
export interface JaegerAnswer {
	readonly data: readonly { readonly spans: readonly JaegerSpan[] }[];
}

/** Returns the value of a tag as text, or undefined if the span has no such tag. */
export function tag(span: JaegerSpan, key: string): string | undefined {
	const found = span.tags.find((one) => one.key === key);
	return found === undefined ? undefined : String(found.value);
}

/** Returns the id of the span's parent. */
export function parentOf(span: JaegerSpan): string | undefined {
	return span.references.find(({ refType }) => refType === 'CHILD_OF')?.spanID;
}
