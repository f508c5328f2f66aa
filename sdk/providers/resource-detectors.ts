import { getStringListFromEnv } from '@opentelemetry/core';
import {
	detectResources,
	envDetector,
	hostDetector,
	osDetector,
	processDetector,
	type Resource,
	type ResourceDetector,
	serviceInstanceIdDetector,
} from '@opentelemetry/resources';

/** In the order in which the NodeSDK asks them for `all`: where two say the same attribute, the later one wins. */
const DETECTORS: Readonly<Record<string, ResourceDetector>> = {
	host: hostDetector,
	os: osDetector,
	serviceinstance: serviceInstanceIdDetector,
	process: processDetector,
	env: envDetector,
};

/** What the detectors of `OTEL_NODE_RESOURCE_DETECTORS` find. */
export function detectResource(): Resource {
	const words = getStringListFromEnv('OTEL_NODE_RESOURCE_DETECTORS') ?? ['all'];
	const all = Object.values(DETECTORS);
	const chosen = words.includes('none') ? [] : words.flatMap((word) => DETECTORS[word] ?? []);
	return detectResources({ detectors: words.includes('all') ? all : chosen });
}
