import type { Attributes, Context, Span } from '@opentelemetry/api';
import { invocationOf } from '../../invocation/context.js';
import { isToolkitSpan, type StartedSpan } from '../../invocation/observer-stamp.js';
import { propagatedTo, propagatesAttributes } from '../../invocation/propagated-attributes.js';
import { warnOnce } from '../../runtime/log-once.js';
import { boundedAttributesOf } from './attribute-values.js';

/**
 * Writes the attributes that are propagated to a span that has just started. An attribute that the span has keeps its
 * value. Costs one property read while no attribute was ever propagated. Never throws.
 *
 * @param context - the context that the span starts in
 */
export function writePropagated(span: Span, context: Context): void {
	if (!propagatesAttributes()) return;
	try {
		const { attributes: present = {} } = span as { readonly attributes?: Attributes };
		for (const [key, value] of Object.entries(boundedAttributesOf(propagatedTo(context)))) {
			if (!Object.hasOwn(present, key)) span.setAttribute(key, value);
		}
	} catch (error) {
		warnOnce('attributes.propagated', 'propagated attributes could not be written on a span.', error);
	}
}

/**
 * Does the same for a span of any library. The span of an invocation itself is left out, because its advice writes them.
 * Never throws.
 *
 * @param parentContext - the context that the span starts in
 */
export function stampPropagated(span: StartedSpan, parentContext: Context): void {
	if (!propagatesAttributes()) return;
	if (invocationOf(parentContext)?.entered === false && isToolkitSpan(span)) return;
	writePropagated(span, parentContext);
}
