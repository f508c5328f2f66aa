import type { Resource } from '@opentelemetry/resources';
import type { Redactor } from '../../lib/redaction/redactor.js';
import { redactSafely } from './redact-safely.js';

/**
 * Creates a function that redacts resources. It returns the same resource if there is nothing to redact, and redacts
 * each resource once only. It never throws.
 */
export function createResourceRedactor(redactor: Redactor): RedactResource {
	const known = new WeakMap<Resource, Resource>();
	const redact: RedactResource = (resource) => {
		let redacted = known.get(resource);
		if (redacted === undefined) {
			const pending = resource.asyncAttributesPending === true;
			redacted = pending ? redactWhenRead(resource, redactor, redact) : redactNow(resource, redactor, redact);
			known.set(resource, redacted);
			// A redacted resource may be passed in again.
			known.set(redacted, redacted);
		}
		return redacted;
	};
	return redact;
}

/** Redacts a resource. Never throws. */
type RedactResource = (resource: Resource) => Resource;

/** Redacts a resource whose attributes are all known. */
function redactNow(resource: Resource, redactor: Redactor, redact: RedactResource): Resource {
	const attributes = redactSafely(resource.attributes, redactor);
	const { schemaUrl } = resource;
	const clean = schemaUrl === undefined || redactor.text(schemaUrl) === schemaUrl;
	return clean && attributes === resource.attributes ? resource : viewOf(resource, () => attributes, redactor, redact);
}

/** Redacts a resource whose attributes are still being detected: each time they are read, until all are known. */
function redactWhenRead(resource: Resource, redactor: Redactor, redact: RedactResource): Resource {
	let settled: Resource['attributes'] | undefined;
	const read = () => {
		if (settled !== undefined) return settled;
		const attributes = redactSafely(resource.attributes, redactor);
		if (resource.asyncAttributesPending !== true) settled = attributes;
		return attributes;
	};
	return viewOf(resource, read, redactor, redact);
}

/** Creates a resource that delegates to another one, except for its attributes. What `merge` returns is redacted too. */
function viewOf(
	resource: Resource,
	attributes: () => Resource['attributes'],
	redactor: Redactor,
	redact: RedactResource,
): Resource {
	return {
		get asyncAttributesPending() {
			return resource.asyncAttributesPending === true;
		},
		get attributes() {
			return attributes();
		},
		...(resource.schemaUrl !== undefined && { schemaUrl: redactor.text(resource.schemaUrl) }),
		waitForAsyncAttributes: async () => resource.waitForAsyncAttributes?.(),
		merge: (other) => redact(resource.merge(other)),
		getRawAttributes: () => Object.entries(attributes()),
	};
}
