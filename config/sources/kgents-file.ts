import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ConfigurationFault, PathFault } from '../common/error.js';
import type { ConfigLayerSource, Signal } from '../common/layer.js';
import type { TelemetryConfig } from '../schema/config.js';
import type { KgentsConfig } from './kgents-schema.js';
import { FormatError, parseYaml } from './parse.js';

/** What Jaeger's agent and old collector listened on. Nothing of OpenTelemetry JS 3 speaks to these. */
const GONE = [6831, 6832, 5778, 14250, 14268];

/** The person's own file, said in our shape; or what is wrong with it. */
export interface KgentsFile {
	readonly said?: ConfigLayerSource;
	readonly faults: readonly (ConfigurationFault | PathFault)[];
	readonly text?: string;
	/** What is to be said once if the config sends traces to the file's Jaeger. */
	readonly jaegerNotice?: string;
}

/**
 * Reads `~/.kgents/telemetry.yaml`, the weakest of all sources, as the Python origin of AGENTESE defines it.
 *
 * Its exporters are one for each signal, so it says who carries traces and metrics, not a list of presets: with
 * `traces.exporter: otlp` and `metrics.exporter: prometheus` no metric goes over OTLP. It says nothing of logs, so
 * nothing carries these.
 */
export async function kgentsFile(home: string): Promise<KgentsFile> {
	const source = join(home, '.kgents', 'telemetry.yaml');
	let content: string;
	try {
		content = await readFile(source, 'utf8');
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return { faults: [] };
		return { faults: [{ source, key: '', message: `it cannot be read. Reason: ${message}` }] };
	}
	let value: unknown;
	try {
		value = await parseYaml(content);
	} catch (error) {
		if (!(error instanceof FormatError)) throw error;
		return {
			faults: [{ source, key: '', ...(error.line !== undefined && { line: error.line }), message: error.message }],
		};
	}
	const { kgentsSchema: originSchema } = await import('./kgents-schema.js');
	const { success, data, error } = originSchema.safeParse(value);
	if (!success) {
		const { explain } = await import('../schema/explain.js');
		return { faults: explain(error.issues, { value, source }, originSchema), text: content };
	}
	const directory = dirname(source);
	const notice = jaegerNotice(data, source);
	return {
		said: { source, directory, ...translated(data) },
		faults: [],
		...(notice !== undefined && { jaegerNotice: notice }),
	};
}

function translated({
	enabled,
	traces = {},
	metrics = {},
	sampling,
}: KgentsConfig): Pick<ConfigLayerSource, 'value' | 'signals'> {
	const signals: Partial<Record<Signal, string[]>> = {};
	if (traces.exporter !== undefined) signals.traces = carriers(traces.exporter);
	if (metrics.exporter !== undefined) signals.metrics = carriers(metrics.exporter);
	if (Object.keys(signals).length > 0) signals.logs = [];
	const jaeger = jaegerEndpoint(traces);
	const value: TelemetryConfig = {
		...(enabled !== undefined && { enabled }),
		...(sampling?.rate !== undefined && { sampling: { rate: sampling.rate } }),
		...(traces.otlp_endpoint !== undefined && { otlp: { endpoint: traces.otlp_endpoint } }),
		...(jaeger !== undefined && { jaeger: { endpoint: jaeger } }),
		...(traces.json_path !== undefined && { json: { directory: jsonDirectory(traces.json_path) } }),
		...(metrics.prometheus_port !== undefined && { prometheus: { port: metrics.prometheus_port } }),
	};
	return { value, signals };
}

function carriers(exporter: string): string[] {
	return exporter === 'none' ? [] : [exporter];
}

/** Our directory holds `traces/` beside `metrics/`, so that a path that ends there is the folder above it. */
function jsonDirectory(path: string): string {
	return basename(path) === 'traces' ? dirname(path) : path;
}

function jaegerEndpoint({
	jaeger_host: host,
	jaeger_port: port,
}: NonNullable<KgentsConfig['traces']>): string | undefined {
	if (host === undefined && port === undefined) return undefined;
	const at = host?.includes(':') && !host.startsWith('[') ? `[${host}]` : (host ?? 'localhost');
	if (port === 4317) return `${at}:4317`;
	return `http://${at}:${port === undefined || GONE.includes(port) ? 4318 : port}`;
}

function jaegerNotice({ traces = {} }: KgentsConfig, source: string): string | undefined {
	if (traces.jaeger_port === undefined || !GONE.includes(traces.jaeger_port)) return undefined;
	return (
		`${source} sends traces to port ${traces.jaeger_port} of Jaeger, which was its agent's and is gone; they go to ` +
		`${jaegerEndpoint(traces)} over OTLP. Write jaeger_port: 4318 to say so yourself.`
	);
}
