import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { FastSpan } from '../spans/fast-span.js';
import type { RedactionPolicy } from './redact-span.js';

/**
 * Recognizes spans that contain nothing to redact: each of their parts is the very same after redaction. What a span
 * usually has in common with the previous one (name, scope, resource) and its constant attributes are inspected once
 * only. Inspecting all of it for every span took 570 ns of a recorded call.
 */
export class CleanSpans {
	readonly #policy: RedactionPolicy;
	// The last name, scope and resource that were found to contain nothing to redact.
	#name: string | undefined;
	#scope: ReadableSpan['instrumentationScope'] | undefined;
	#resource: ReadableSpan['resource'] | undefined;

	/** @param policy - must not change, because results for earlier spans are reused */
	constructor(policy: RedactionPolicy) {
		this.#policy = policy;
	}

	/**
	 * Returns whether there is nothing to redact in the span. False also means that this cannot be told without
	 * redacting it: for a span with events, links, a status message or a trace state, and if a custom function throws.
	 * Never throws.
	 */
	has(span: ReadableSpan): boolean {
		// Ordered by cost: parts that most spans do not have, then the attributes, then what is usually known already.
		const { redactor, errors, redactResource } = this.#policy;
		const { name, instrumentationScope, resource, events, links, status, attributes } = span;
		if (redactor === undefined || errors !== 'full' || status.message !== undefined) return false;
		if (events.length > 0 || links.length > 0 || span.spanContext().traceState !== undefined) return false;
		try {
			if (!redactor.isClean(attributes, constantsOf(span))) return false;
			if (resource !== this.#resource) {
				if (redactResource(resource) !== resource) return false;
				this.#resource = resource;
			}
			if (instrumentationScope !== this.#scope) {
				if (redactor.record(instrumentationScope) !== instrumentationScope) return false;
				this.#scope = instrumentationScope;
			}
			if (name !== this.#name) {
				if (redactor.text(name) !== name) return false;
				this.#name = name;
			}
			return true;
		} catch {
			return false;
		}
	}
}

/** Returns the attributes that the span shares with all others of its method; undefined for a span of another SDK. */
function constantsOf(span: ReadableSpan) {
	return span instanceof FastSpan ? (span._constants ?? undefined) : undefined;
}
