import type { Link } from '@opentelemetry/api';
import { cleanAttributes } from '@opentelemetry/core';
import type { SpanLimits } from './sdk-internals.js';

/**
 * Returns a link as a span stores it: with valid attributes only, and no more or longer ones than the limits permit.
 */
export function cleanLink(link: Link, limits: SpanLimits): Link {
	return {
		context: link.context,
		...cleanAttributes(link.attributes, {
			attributeCountLimit: limits.attributePerLinkCountLimit,
			attributeValueLengthLimit: limits.attributeValueLengthLimit,
		}),
	} as Link;
}
