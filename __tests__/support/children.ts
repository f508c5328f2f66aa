import { spawn } from 'node:child_process';
import {
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles the presets as JavaScript beside the packages that they import, for child processes. */
export async function bundle(): Promise<{ url: string; remove: () => void }> {
	const cache = join(ROOT, 'node_modules', '.cache');
	mkdirSync(cache, { recursive: true });
	const outdir = mkdtempSync(join(cache, 'presets-'));
	await build({
		entryPoints: [join(ROOT, '__tests__/support/entry.ts'), join(ROOT, 'sdk/register.ts')],
		outdir,
		bundle: true,
		splitting: true,
		packages: 'external',
		platform: 'node',
		format: 'esm',
		entryNames: '[name]',
		outExtension: { '.js': '.mjs' },
	});
	return { url: outdir, remove: () => rmSync(outdir, { recursive: true, force: true }) };
}

/** How a child process ended. */
export interface Ended {
	code: number | null;
	signal: NodeJS.Signals | null;
	stdout: string;
	stderr: string;
}

/** Runs a file of `support/` in a separate Node process, which is killed after 90 s. */
export function runChild(
	file: string,
	{
		args = [],
		env = {},
		node = [],
		cwd = tmpdir(),
	}: { args?: string[]; env?: NodeJS.ProcessEnv; node?: string[]; cwd?: string },
): Promise<Ended> {
	const path = join(ROOT, '__tests__/support', file);
	// The config of a directory belongs to an application in that directory.
	const application = hasConfig(cwd) ? applicationIn(cwd, path) : { main: path, remove: () => undefined };
	const child = spawn(process.execPath, [...node, application.main, ...args], {
		cwd,
		env: { ...cleanEnvironment(), ...env },
		timeout: 90_000,
		killSignal: 'SIGKILL',
	});
	return new Promise((resolve, reject) => {
		let stdout = '';
		let stderr = '';
		child.stdout.on('data', (data) => {
			stdout += data;
		});
		child.stderr.on('data', (data) => {
			stderr += data;
		});
		child.on('error', reject);
		child.on('close', (code, signal) => {
			application.remove();
			resolve({ code, signal, stdout, stderr });
		});
	});
}

/** Whether a directory has a config file. */
function hasConfig(directory: string): boolean {
	return readdirSync(directory).some((name) => /^(agentese\.config|\.agenteserc|\.config$)/.test(name));
}

/** Makes a file of `support/` the main file of an application in a directory, which finds the packages of this one. */
function applicationIn(directory: string, path: string): { main: string; remove: () => void } {
	const isCommonJs = path.endsWith('.cjs');
	const main = join(directory, `.main-${Math.random().toString(36).slice(2)}.${isCommonJs ? 'cjs' : 'mjs'}`);
	writeFileSync(main, `${isCommonJs ? 'require(' : 'import '}${JSON.stringify(path)}${isCommonJs ? ')' : ''};\n`);
	const packages = join(directory, 'node_modules');
	if (!existsSync(packages)) symlinkSync(join(ROOT, 'node_modules'), packages);
	const remove = () => {
		rmSync(main, { force: true });
		if (lstatSync(packages, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(packages);
	};
	return { main, remove };
}

function cleanEnvironment(): NodeJS.ProcessEnv {
	const kept = Object.entries(process.env).filter(([name]) => !/^(OTEL_|AGENTESE_|NODE_OPTIONS|JEST_)/.test(name));
	return Object.fromEntries(kept);
}

/** Creates a temporary directory and returns its path. */
export function temporary(): string {
	return mkdtempSync(join(tmpdir(), 'agentese-presets-'));
}

/** The files of one signal, by name. */
export function filesOf(directory: string, signal: string): string[] {
	try {
		return readdirSync(join(directory, signal)).filter((name) => name.endsWith('.jsonl'));
	} catch {
		return [];
	}
}

/** The part of OTLP JSON that the tests read. */
export interface Line {
	resourceSpans?: { resource: { attributes: KeyValue[] }; scopeSpans: { scope: { name: string }; spans: Span[] }[] }[];
	resourceMetrics?: { scopeMetrics: { metrics: Metric[] }[] }[];
	resourceLogs?: { scopeLogs: { logRecords: { body: unknown; severityText?: string }[] }[] }[];
}

export interface KeyValue {
	key: string;
	value: Record<string, unknown>;
}

export interface Span {
	traceId: string;
	spanId: string;
	parentSpanId?: string;
	name: string;
	kind: number;
	startTimeUnixNano: string;
	endTimeUnixNano: string;
	attributes: KeyValue[];
	events: { name: string; attributes: KeyValue[] }[];
	status: { code: number; message?: string };
}

interface Point {
	attributes?: KeyValue[];
	asInt?: number;
	asDouble?: number | string;
	count?: number;
	sum?: number | string;
}

interface Metric {
	name: string;
	sum?: { dataPoints: Point[] };
	gauge?: { dataPoints: Point[] };
	histogram?: { dataPoints: Point[] };
}

/** Every line of one signal's files, parsed. Throws for an incomplete or an empty line. */
export function linesOf(directory: string, signal: string): Line[] {
	return filesOf(directory, signal).flatMap((name) => {
		const text = readFileSync(join(directory, signal, name), 'utf8');
		if (!text.endsWith('\n')) throw new Error(`${name} ends within a line`);
		return text
			.slice(0, -1)
			.split('\n')
			.map((line) => JSON.parse(line) as Line);
	});
}

/** All spans in a directory, in the order of the files. */
export function spansOf(directory: string): Span[] {
	return linesOf(directory, 'traces').flatMap(({ resourceSpans = [] }) =>
		resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
	);
}

export function spanNames(directory: string): string[] {
	return spansOf(directory).map(({ name }) => name);
}

/** The values of the last collection's metrics, by name. */
export function lastMetrics(directory: string): Record<string, unknown[]> {
	const last = linesOf(directory, 'metrics').at(-1);
	const metrics = (last?.resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
		scopeMetrics.flatMap((scope) => scope.metrics),
	);
	return Object.fromEntries(
		metrics.map(({ name, sum, gauge, histogram }) => {
			if (histogram) return [name, histogram.dataPoints.map(({ count, sum: total }) => ({ count, sum: total }))];
			return [name, (sum ?? gauge)?.dataPoints.map(({ asInt, asDouble }) => asInt ?? asDouble) ?? []];
		}),
	);
}
