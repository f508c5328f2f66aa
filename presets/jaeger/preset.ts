import { warnOnce } from '../../lib/runtime/log-once.js';
import { readEndpoint } from '../contract/endpoint.js';
import { type OtlpSettings, otlpDefaults } from '../contract/otlp-options.js';
import { definePreset } from '../contract/preset.js';
import type { JaegerSettings } from './options.js';

/** Where Jaeger's agent and its old collectors listened, which took Thrift, and what listens for OTLP instead. */
const THRIFT_PORTS = ['6831', '6832', '14250', '14268'];

/**
 * Jaeger, reached over OTLP, which it takes on port 4318 (and, for gRPC, 4317): traces alone. Its agent on port 6831
 * is gone, and so is OpenTelemetry's exporter for it; such an endpoint is mapped to OTLP on the same host, and that is
 * said once.
 */
export const jaeger = definePreset<JaegerSettings>({
	name: 'jaeger',
	make: async (settings, environment) => {
		if (!environment.signals.includes('traces')) return {};
		const { otlpParts } = await import('../otlp/parts.js');
		return otlpParts('jaeger', asOtlp(settings), ['traces'], environment);
	},
});

/** What is said about Jaeger, as the preset otlp would have it. */
export function asOtlp({ endpoint, protocol }: JaegerSettings): OtlpSettings {
	return { ...otlpDefaults(), protocol, endpoint: endpoint && overOtlp(endpoint, protocol) };
}

/** The endpoint, with OTLP's port in the place of one that took Thrift. */
export function overOtlp(endpoint: string, protocol: JaegerSettings['protocol']): string {
	const url = URL.parse(readEndpoint(endpoint)?.url ?? endpoint);
	if (url === null || !THRIFT_PORTS.includes(url.port)) return endpoint;
	const old = url.host;
	url.port = protocol === 'grpc' ? '4317' : '4318';
	warnOnce(
		'jaeger/thrift',
		`jaeger: ${old} was for Jaeger's agent, which is gone; traces go to ${url.host} over OTLP instead. ` +
			`Say jaeger.endpoint: ${url.origin}, and start a Jaeger that takes OTLP.`,
	);
	return url.href;
}
