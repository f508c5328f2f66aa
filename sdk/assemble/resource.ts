import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { EffectiveConfig } from '../../config/schema/config.js';

/**
 * Who speaks: the config's attributes over the name and version in package.json over the process's own.
 *
 * OpenTelemetry's default detectors also send the whole command line, the executable's path and the user's name; an
 * agent's keys stand on command lines, so these are sent only if `OTEL_NODE_RESOURCE_DETECTORS` asks for them. The
 * instance id tells apart the threads of one process, whose metrics would else be one stream.
 */
export async function makeResource(config: EffectiveConfig, directory: string): Promise<Resource> {
	const { name, version } = await nearestPackage(directory);
	const attributes: Attributes = {
		'service.instance.id': randomUUID(),
		'process.pid': process.pid,
		'process.runtime.name': 'nodejs',
		'process.runtime.version': process.versions.node,
		...(name !== undefined && { 'service.name': name }),
		...(version !== undefined && { 'service.version': version }),
		...config.resource,
		...(config.serviceName !== undefined && { 'service.name': config.serviceName }),
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
			// None here, or none that can be read: the next one up.
		}
		if (dirname(directory) === directory) return {};
	}
}
