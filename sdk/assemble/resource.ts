import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { EffectiveConfig } from '../../config/schema/config.js';
import {
	ATTR_DEPLOYMENT_ENVIRONMENT_NAME,
	ATTR_PROCESS_PID,
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
 * OpenTelemetry's default detectors also report the whole command line, the path of the executable and the user's name.
 * Command lines of agents contain keys, so these detectors run only if `OTEL_NODE_RESOURCE_DETECTORS` names them. The
 * instance id distinguishes the threads of one process, whose metrics would be one stream without it.
 *
 * @param directory - the directory of the config file, where the search for package.json begins
 */
export async function createResource(config: EffectiveConfig, directory: string): Promise<Resource> {
	const { name, version } = await nearestPackage(directory);
	const attributes: Attributes = {
		[ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
		[ATTR_PROCESS_PID]: process.pid,
		[ATTR_PROCESS_RUNTIME_NAME]: 'nodejs',
		[ATTR_PROCESS_RUNTIME_VERSION]: process.versions.node,
		...(name !== undefined && { [ATTR_SERVICE_NAME]: name }),
		...(version !== undefined && { [ATTR_SERVICE_VERSION]: version }),
		...config.resource,
		...(config.serviceName !== undefined && { [ATTR_SERVICE_NAME]: config.serviceName }),
		...(config.serviceVersion !== undefined && { [ATTR_SERVICE_VERSION]: config.serviceVersion }),
		...(config.environment !== undefined && { [ATTR_DEPLOYMENT_ENVIRONMENT_NAME]: config.environment }),
	};
	return defaultResource().merge(resourceFromAttributes(attributes));
}

/** The name and version of the first package.json upward that has a name. */
async function nearestPackage(from: string): Promise<{ name?: string; version?: string }> {
	for (let directory = from; ; directory = dirname(directory)) {
		try {
			const { name, version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
			if (typeof name === 'string') return typeof version === 'string' ? { name, version } : { name };
		} catch {
			// Missing or unreadable: the search continues one directory up.
		}
		if (dirname(directory) === directory) return {};
	}
}
