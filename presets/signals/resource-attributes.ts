import type { Resource } from '@opentelemetry/resources';

/**
 * Returns a promise that resolves when all attributes of a resource are known, or undefined if they are known already.
 *
 * A record whose resource is still being detected cannot be encoded. The toolkit's own resource has all attributes from
 * the start; a resource of the application may not.
 */
export function whenAttributesKnown(resource: Resource): Promise<void> | undefined {
	return resource.asyncAttributesPending ? resource.waitForAsyncAttributes?.() : undefined;
}
