import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import {
	defaultResource,
	osDetector,
	processDetector,
	type Resource,
	resourceFromAttributes,
} from '@opentelemetry/resources';
import type { EffectiveConfig } from '../../config/schema/config.js';
import { readManifest, upward } from '../../config/trust/application.js';
import {
	ATTR_DEPLOYMENT_ENVIRONMENT_NAME,
	ATTR_HOST_ARCH,
	ATTR_HOST_NAME,
	ATTR_OS_TYPE,
	ATTR_OS_VERSION,
	ATTR_PROCESS_EXECUTABLE_NAME,
	ATTR_PROCESS_PID,
	ATTR_PROCESS_RUNTIME_DESCRIPTION,
	ATTR_PROCESS_RUNTIME_NAME,
	ATTR_PROCESS_RUNTIME_VERSION,
	ATTR_SERVICE_INSTANCE_ID,
	ATTR_SERVICE_NAME,
	ATTR_SERVICE_VERSION,
} from '../../lib/runtime/names.generated.js';

/**
 * Creates the resource of all telemetry. The config's attributes have precedence over the name and version in
 * package.json, and these over the attributes of the process.
 *
 * It has what OpenTelemetry's default detectors report of the process, the host and the operating system, except for the
 * command line, the path of the executable, the user's name and the id of the machine. Command lines of agents contain
 * keys, so the detectors themselves run only if `OTEL_NODE_RESOURCE_DETECTORS` names them. The instance id distinguishes
 * the threads of one process, whose metrics would be one stream without it.
 *
 * @param directory - the directory of the config file, where the search for package.json begins
 */
export function createResource(config: EffectiveConfig, directory: string): Resource {
	const { name, version } = nearestPackage(directory);
	const attributes: Attributes = {
		[ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
		...detected(),
		...(name !== undefined && { [ATTR_SERVICE_NAME]: name }),
		...(version !== undefined && { [ATTR_SERVICE_VERSION]: version }),
		...config.resource,
		...(config.serviceName !== undefined && { [ATTR_SERVICE_NAME]: config.serviceName }),
		...(config.serviceVersion !== undefined && { [ATTR_SERVICE_VERSION]: config.serviceVersion }),
		...(config.environment !== undefined && { [ATTR_DEPLOYMENT_ENVIRONMENT_NAME]: config.environment }),
	};
	return defaultResource().merge(resourceFromAttributes(attributes));
}

/** What is reported of the process and of the operating system, by OpenTelemetry's detectors. */
const DETECTED = [
	ATTR_PROCESS_PID,
	ATTR_PROCESS_EXECUTABLE_NAME,
	ATTR_PROCESS_RUNTIME_NAME,
	ATTR_PROCESS_RUNTIME_VERSION,
	ATTR_PROCESS_RUNTIME_DESCRIPTION,
	ATTR_OS_TYPE,
	ATTR_OS_VERSION,
];

/** Returns the attributes of the process, the host and the operating system. */
function detected(): Attributes {
	const found = { ...processDetector.detect().attributes, ...osDetector.detect().attributes };
	return {
		...(Object.fromEntries(DETECTED.map((key) => [key, found[key]])) as Attributes),
		// The detector of the host looks for the id of the machine as well, for which it starts a process on some systems.
		[ATTR_HOST_NAME]: hostname(),
		[ATTR_HOST_ARCH]: ARCHITECTURES[process.arch] ?? process.arch,
	};
}

/** The values of `host.arch`, by Node's names of the architectures. */
const ARCHITECTURES: Readonly<Record<string, string>> = { arm: 'arm32', ppc: 'ppc32', x64: 'amd64', ia32: 'x86' };

/** The name and version of the first package.json upward that has a name. Nothing that is no file is waited for. */
function nearestPackage(from: string): { name?: string; version?: string } {
	for (const directory of upward(from)) {
		const { name, version } = readManifest(join(directory, 'package.json')) ?? {};
		if (typeof name === 'string') return typeof version === 'string' ? { name, version } : { name };
	}
	return {};
}
