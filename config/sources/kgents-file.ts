import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ConfigurationFault, PathFault } from '../common/error.js';
import type { ConfigLayerSource, Signal } from '../common/layer.js';
import type { TelemetryConfig } from '../schema/config.js';
import { currentApplication } from '../trust/application.js';
import { readTextFile, UnreadableFileError } from '../trust/read.js';
import { reasonNotToTrust } from '../trust/trust.js';
import type { KgentsConfig } from './kgents-schema.js';
import { FormatError, parseYaml } from './parse.js';

/** Ports of Jaeger's removed agent and old collector. They speak no protocol that OpenTelemetry JS 3 can send. */
const REMOVED_PORTS = [6831, 6832, 5778, 14250, 14268];

/** The user's `~/.kgents/telemetry.yaml`. */
export interface KgentsFile {
	/** What the file sets, translated to the keys of the config. Absent if there is no file or if it has faults. */
	readonly layer?: ConfigLayerSource;
	/** Why the file cannot be used; empty if it can. */
	readonly faults: readonly (ConfigurationFault | PathFault)[];
	/** The text of a file with faults, for the lines of these. */
	readonly text?: string;
	/** A notice on a file that is left out, because it is not trusted or this process may not read it. */
	readonly notice?: string;
	/** A notice about a removed port of Jaeger. It applies if the merged config sends traces to the file's Jaeger. */
	readonly jaegerNotice?: string;
}

/**
 * Reads `~/.kgents/telemetry.yaml`, the source of the lowest precedence, in the format that AGENTESE's Python
 * implementation defines.
 *
 * The file names one exporter for each signal, so it sets the presets of traces and metrics separately and no list of
 * presets: with `traces.exporter: otlp` and `metrics.exporter: prometheus`, no metric is sent over OTLP. It sets
 * nothing for logs, so no preset exports them.
 *
 * The file is optional: if the home directory is that of another user, or the file is not trusted, it is left out.
 *
 * @param home - the user's home directory
 */
export async function kgentsFile(home: string): Promise<KgentsFile> {
	const source = join(home, '.kgents', 'telemetry.yaml');
	const reason = reasonNotToTrust(source, currentApplication(), { isNamed: true });
	if (reason !== undefined) return { faults: [], notice: `${source} is not used: ${reason}.` };
	let content: string;
	try {
		content = readTextFile(source);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (error instanceof UnreadableFileError) return { faults: [{ source, key: '', message }] };
		// Most users have no such file, and some have no home directory.
		if (code === 'ENOENT' || (code === 'ENOTDIR' && !isThere(dirname(source)))) return { faults: [] };
		return { faults: [], notice: `${source} is not used, because it cannot be read (${code ?? message}).` };
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
	// zod is loaded only if the file exists.
	const { kgentsSchema } = await import('./kgents-schema.js');
	const { success, data, error } = kgentsSchema.safeParse(value);
	if (!success) {
		const { explain } = await import('../schema/explain.js');
		return { faults: explain(error.issues, { value, source }, kgentsSchema), text: content };
	}
	const directory = dirname(source);
	const notice = jaegerNotice(data, source);
	return {
		layer: { source, directory, ...translate(data) },
		faults: [],
		...(notice !== undefined && { jaegerNotice: notice }),
	};
}

/** Whether there is something at a path, a directory or not. */
function isThere(path: string): boolean {
	try {
		return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
	} catch {
		return false;
	}
}

/** Translates the keys of the file to those of the config. */
function translate({
	enabled,
	traces = {},
	metrics = {},
	sampling,
}: KgentsConfig): Pick<ConfigLayerSource, 'value' | 'signals'> {
	const signals: Partial<Record<Signal, string[]>> = {};
	if (traces.exporter !== undefined) signals.traces = presetsOf(traces.exporter);
	if (metrics.exporter !== undefined) signals.metrics = presetsOf(metrics.exporter);
	// Without any exporter the routes stay unset, so that the default preset applies.
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

/** The presets of an exporter: its names are those of presets. */
function presetsOf(exporter: string): string[] {
	return exporter === 'none' ? [] : [exporter];
}

/**
 * The `json` preset writes `traces/` and `metrics/` into its directory, so a path that ends in `traces` means its
 * parent.
 */
function jsonDirectory(path: string): string {
	return basename(path) === 'traces' ? dirname(path) : path;
}

/** The OTLP endpoint of Jaeger. A removed port is replaced by 4318, Jaeger's port for OTLP over HTTP. */
function jaegerEndpoint({
	jaeger_host: host,
	jaeger_port: port,
}: NonNullable<KgentsConfig['traces']>): string | undefined {
	if (host === undefined && port === undefined) return undefined;
	// An IPv6 address needs brackets before a port.
	const authority = host?.includes(':') && !host.startsWith('[') ? `[${host}]` : (host ?? 'localhost');
	if (port === 4317) return `${authority}:4317`;
	return `http://${authority}:${port === undefined || REMOVED_PORTS.includes(port) ? 4318 : port}`;
}

/** The notice for a removed port of Jaeger; undefined if the file has none. */
function jaegerNotice({ traces = {} }: KgentsConfig, source: string): string | undefined {
	if (traces.jaeger_port === undefined || !REMOVED_PORTS.includes(traces.jaeger_port)) return undefined;
	return (
		`${source} sends traces to port ${traces.jaeger_port} of Jaeger, which belonged to its removed agent; they are ` +
		`sent to ${jaegerEndpoint(traces)} over OTLP. Write jaeger_port: 4318 to avoid this message.`
	);
}
