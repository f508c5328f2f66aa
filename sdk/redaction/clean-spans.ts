import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { FastSpan } from '../spans/fast-span.js';
import type { SpanRules } from './redact-span.js';

/**
 * Knows spans in which there is nothing to hide: all of their parts are the very same with the rules as without. What
 * most spans have in common with the one before (name, scope, resource) and what is constant in their attributes is
 * looked at once; all of it was 570 ns of a recorded call.
 */
export class CleanSpans {
	readonly #rules: SpanRules;
	#name: string | undefined;
	#scope: ReadableSpan['instrumentationScope'] | undefined;
	#resource: ReadableSpan['resource'] | undefined;

	constructor(rules: SpanRules) {
		this.#rules = rules;
	}

	/** True where there is nothing to hide; false where it takes a whole look to know. Never throws. */
	has(span: ReadableSpan): boolean {
		const { redactor, errors, resourceOf } = this.#rules;
		const { name, instrumentationScope, resource, events, links, status, attributes } = span;
		if (redactor === undefined || errors !== 'full' || status.message !== undefined) return false;
		if (events.length > 0 || links.length > 0 || span.spanContext().traceState !== undefined) return false;
		try {
			if (!redactor.isClean(attributes, constantsOf(span))) return false;
			if (resource !== this.#resource) {
				if (resourceOf(resource) !== resource) return false;
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

function constantsOf(span: ReadableSpan) {
	return span instanceof FastSpan ? (span._constants ?? undefined) : undefined;
}
