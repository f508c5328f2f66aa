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

/** In the NodeSDK's order for `all`: if two detectors set the same attribute, the later one has precedence. */
const DETECTORS: Readonly<Record<string, ResourceDetector>> = {
	host: hostDetector,
	os: osDetector,
	serviceinstance: serviceInstanceIdDetector,
	process: processDetector,
	env: envDetector,
};

/** Returns what the detectors find that `OTEL_NODE_RESOURCE_DETECTORS` names. @default all detectors */
export function detectResource(): Resource {
	const words = getStringListFromEnv('OTEL_NODE_RESOURCE_DETECTORS') ?? ['all'];
	const all = Object.values(DETECTORS);
	const chosen = words.includes('none') ? [] : words.flatMap((word) => DETECTORS[word] ?? []);
	return detectResources({ detectors: words.includes('all') ? all : chosen });
}
