import type { Resource } from '@opentelemetry/resources';
import type { Redactor } from '../../lib/redaction/redactor.js';
import { redactSafely } from './redact-safely.js';

/**
 * Creates a function that redacts resources. It returns the same resource if there is nothing to redact, and redacts
 * each resource once only. It never throws.
 */
export function createResourceRedactor(redactor: Redactor): (resource: Resource) => Resource {
	const known = new WeakMap<Resource, Resource>();
	return (resource) => {
		let redacted = known.get(resource);
		if (redacted === undefined) {
			redacted =
				resource.asyncAttributesPending === true ? redactWhenRead(resource, redactor) : redactNow(resource, redactor);
			known.set(resource, redacted);
			// A redacted resource may be passed in again.
			known.set(redacted, redacted);
		}
		return redacted;
	};
}

/** Redacts a resource whose attributes are all known. */
function redactNow(resource: Resource, redactor: Redactor): Resource {
	const attributes = redactAttributes(resource, redactor);
	return attributes === resource.attributes ? resource : viewOf(resource, () => attributes);
}

/** Redacts a resource whose attributes are still being detected: each time they are read, until all are known. */
function redactWhenRead(resource: Resource, redactor: Redactor): Resource {
	let settled: Resource['attributes'] | undefined;
	return viewOf(resource, () => {
		if (settled !== undefined) return settled;
		const attributes = redactAttributes(resource, redactor);
		if (resource.asyncAttributesPending !== true) settled = attributes;
		return attributes;
	});
}

/** Returns the redacted attributes of a resource; if redaction throws, with all values replaced. */
function redactAttributes(resource: Resource, redactor: Redactor): Resource['attributes'] {
	return redactSafely(resource.attributes, (attributes) => redactor.record(attributes));
}

/**
 * Creates a resource that delegates to another one, except for its attributes. `merge` returns that of the original
 * resource, which is not redacted.
 */
function viewOf(resource: Resource, attributes: () => Resource['attributes']): Resource {
	return {
		get asyncAttributesPending() {
			return resource.asyncAttributesPending === true;
		},
		get attributes() {
			return attributes();
		},
		...(resource.schemaUrl !== undefined && { schemaUrl: resource.schemaUrl }),
		waitForAsyncAttributes: async () => resource.waitForAsyncAttributes?.(),
		merge: (other) => resource.merge(other),
		getRawAttributes: () => Object.entries(attributes()),
	};
}
