import type { TelemetryConfig } from './config.js';

/** A part of a config, and who said it. */
export interface Said {
	readonly source: string;
	readonly value: unknown;
	/** The directory that its relative paths are meant from. */
	readonly directory: string;
}

/** What OpenTelemetry's own variables say of our config, the weaker first. They stand above every file. */
export async function saidByEnvironment(directory: string): Promise<Said[]> {
	const said: Said[] = [];
	const { OTEL_RESOURCE_ATTRIBUTES: attributes, OTEL_SERVICE_NAME: name } = process.env;
	if (attributes !== undefined && attributes.trim() !== '') {
		said.push({ source: 'OTEL_RESOURCE_ATTRIBUTES', value: await resourceFromEnvironment(), directory });
	}
	if (name !== undefined && name.trim() !== '') {
		said.push({ source: 'OTEL_SERVICE_NAME', value: { serviceName: name.trim() }, directory });
	}
	return said;
}

/** Read by OpenTelemetry's own detector, so that it means what it means everywhere; a malformed value means nothing. */
async function resourceFromEnvironment(): Promise<TelemetryConfig> {
	const { envDetector } = await import('@opentelemetry/resources');
	const { 'service.name': serviceName, ...resource } = envDetector.detect().attributes ?? {};
	const config: TelemetryConfig = { resource: resource as Record<string, string> };
	return typeof serviceName === 'string' ? { ...config, serviceName } : config;
}
