import { warnOnce } from '../../lib/runtime/log-once.js';
import { readEndpoint } from '../contract/endpoint.js';
import { type OtlpSettings, otlpDefaults } from '../contract/otlp-options.js';
import { definePreset } from '../contract/preset.js';
import type { JaegerSettings } from './options.js';

/** The ports of Jaeger's removed agent and of its old collectors. They accepted Thrift; none of them accepts OTLP. */
const THRIFT_PORTS = ['6831', '6832', '14250', '14268'];

/**
 * The preset for Jaeger: it sends traces over OTLP, which Jaeger accepts on port 4318, or 4317 for gRPC.
 *
 * Jaeger has removed its agent on port 6831, and OpenTelemetry its exporter for it. An endpoint with such a port is
 * replaced by OTLP's port on the same host, which is reported once.
 */
export const jaeger = definePreset<JaegerSettings>({
	name: 'jaeger',
	create: async (settings, environment) => {
		if (!environment.signals.includes('traces')) return {};
		const { otlpParts } = await import('../otlp/parts.js');
		return otlpParts('jaeger', toOtlpSettings(settings), ['traces'], environment);
	},
});

/** Returns the settings of the preset `otlp` that have the same effect. */
export function toOtlpSettings({ endpoint, protocol, headers }: JaegerSettings): OtlpSettings {
	return { ...otlpDefaults(), protocol, headers, endpoint: endpoint && toOtlpEndpoint(endpoint, protocol) };
}

/** Returns the endpoint with OTLP's port in place of a Thrift port, which it reports once; any other one unchanged. */
export function toOtlpEndpoint(endpoint: string, protocol: JaegerSettings['protocol']): string {
	const url = URL.parse(readEndpoint(endpoint)?.url ?? endpoint);
	if (url === null || !THRIFT_PORTS.includes(url.port)) return endpoint;
	const thriftHost = url.host;
	url.port = protocol === 'grpc' ? '4317' : '4318';
	warnOnce(
		'jaeger/thrift',
		`jaeger: ${thriftHost} has a port of Jaeger's removed agent; traces are sent to ${url.host} over OTLP instead. ` +
			`Set jaeger.endpoint: ${url.origin}, and start a Jaeger that accepts OTLP.`,
	);
	return url.href;
}
