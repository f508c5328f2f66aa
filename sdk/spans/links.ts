import type { Link } from '@opentelemetry/api';
import { cleanAttributes } from '@opentelemetry/core';
import type { SpanLimits } from './sdk-internals.js';

/** A link as a span keeps it: its attributes within their own limits. */
export function cleanLink(link: Link, limits: SpanLimits): Link {
	return {
		context: link.context,
		...cleanAttributes(link.attributes, {
			attributeCountLimit: limits.attributePerLinkCountLimit,
			attributeValueLengthLimit: limits.attributeValueLengthLimit,
		}),
	} as Link;
}
