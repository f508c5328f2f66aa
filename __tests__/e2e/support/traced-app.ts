import { execFile } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readTraces, type SpanRead } from '../../../examples/garden/read.js';
import { newFolder } from './servers.js';

/** The arguments that import the toolkit's `register` entry and the check of the counts at the end. */
export const IMPORTS: readonly string[] = ['../../../dist/esm/sdk/register.js', './law.mjs'].flatMap((file) => [
	'--import',
	new URL(file, import.meta.url).href,
]);

/** The output and the telemetry of an application that has exited. */
export interface AppRun {
	readonly stdout: string;
	readonly stderr: string;
	/** The spans of the traces that contain an invocation. */
	readonly spans: readonly SpanRead[];
}

/** Runs an application under `--import agentese-otel/register` with these instrumentations and the json preset. */
export async function runTraced(file: string, args: readonly string[], include: readonly string[]): Promise<AppRun> {
	const folder = newFolder('app');
	try {
		const config = join(folder, 'config.json');
		const json = { directory: folder };
		writeFileSync(config, JSON.stringify({ preset: 'json', json, autoInstrumentation: { include } }));
		const env = { ...process.env, AGENTESE_CONFIG: config };
		const { stdout, stderr: all } = await promisify(execFile)(process.execPath, [...IMPORTS, file, ...args], { env });
		// The config is outside of the application's project, and trusted because the variable names it: one line.
		const stderr = all.replace(/^agentese-otel: .* is used because AGENTESE_CONFIG names it.*\n/m, '');
		const traces = join(folder, 'traces');
		const files = readdirSync(traces).filter((name) => name.endsWith('.jsonl'));
		const spans = readTraces(files.map((name) => join(traces, name)));
		const invoked = new Set(spans.flatMap((one) => (one.attributes['agentese.path'] ? [one.traceId] : [])));
		return { stdout, stderr, spans: spans.filter(({ traceId }) => invoked.has(traceId)) };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** A span by its name, and its descendants. */
export interface Branch {
	readonly name: string;
	readonly below: readonly Branch[];
}

/** Returns the tree below a span, by name; spans of `agentese.invoke` by their path. */
export function tree(parent: string | undefined, spans: readonly SpanRead[]): Branch[] {
	return spans
		.filter((span) => span.parentSpanId === parent)
		.map((span) => ({ name: span.attributes['agentese.path'] ?? span.name, below: tree(span.spanId, spans) }));
}

/** Returns the number of traces that these spans belong to. */
export function traceCount(spans: readonly SpanRead[]): number {
	return new Set(spans.map(({ traceId }) => traceId)).size;
}
