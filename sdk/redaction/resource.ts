import type { Resource } from '@opentelemetry/resources';
import type { Redactor } from '../../lib/redaction/redactor.js';
import { redactOrHide } from './redact-or-hide.js';

/** Answers a resource without secrets, the same object where it has none; each is looked at once. */
export function resourceRedactor(redactor: Redactor): (resource: Resource) => Resource {
	const known = new WeakMap<Resource, Resource>();
	return (resource) => {
		let made = known.get(resource);
		if (made === undefined) {
			made = resource.asyncAttributesPending === true ? later(resource, redactor) : atOnce(resource, redactor);
			known.set(resource, made);
			known.set(made, made);
		}
		return made;
	};
}

function atOnce(resource: Resource, redactor: Redactor): Resource {
	const attributes = clean(resource, redactor);
	return attributes === resource.attributes ? resource : viewOf(resource, () => attributes);
}

/** Detectors still look for some of its attributes: they are looked at when they are asked for. */
function later(resource: Resource, redactor: Redactor): Resource {
	let settled: Resource['attributes'] | undefined;
	return viewOf(resource, () => {
		if (settled !== undefined) return settled;
		const attributes = clean(resource, redactor);
		if (resource.asyncAttributesPending !== true) settled = attributes;
		return attributes;
	});
}

function clean(resource: Resource, redactor: Redactor): Resource['attributes'] {
	return redactOrHide(resource.attributes, (attributes) => redactor.record(attributes));
}

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
