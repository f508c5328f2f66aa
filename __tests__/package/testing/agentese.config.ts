import type { TelemetryConfig } from 'agentese-otel/presets';

const config: TelemetryConfig = {
	serviceName: 'from a file',
	spanName: 'path',
	preset: 'otlp',
	sampling: { rate: 0.001 },
};
export default config;
