// The question `start`: what does the start of telemetry add to the start of a process?
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { median, spread } from '../lib/measure.mjs';
import { installed, peersWith } from '../lib/peers.mjs';
import { home } from '../lib/toolkit.mjs';

/** The heading of the table. */
export const title = 'What does it cost to start? From the spawn of a process to its end, over bare node.';

/** A backend on a port of this machine on which no process listens. */
const CLOSED = 'http://127.0.0.1:9';
/** A config that instruments only `http`. */
const HTTP = { preset: ['json'], json: { directory: 'telemetry' }, autoInstrumentation: { include: ['http'] } };

const script = (name) => fileURLToPath(new URL(`../starts/${name}.mjs`, import.meta.url));
/** Returns the URL of a published entry, for `import`. */
const exported = (name) => {
	const target = JSON.parse(readFileSync(join(home(), 'package.json'), 'utf8')).exports[name];
	return pathToFileURL(join(home(), target.import)).href;
};
/** Returns the path of OpenTelemetry's own preload. */
const metapackage = () => {
	const require = createRequire(join(home(), 'package.json'));
	return require.resolve('@opentelemetry/auto-instrumentations-node/register');
};

/** The cases: arguments of node, environment, the config file in its folder, and a target in ms over bare node. */
const CASES = [
	{ name: 'bare node', args: () => [script('bare')] },
	{ name: 'agentese-otel: import of the decorators', args: () => [script('decorators')], target: 25 },
	{ name: '@opentelemetry/api alone', args: () => [script('api')] },
	{
		name: 'agentese-otel: start, json preset',
		args: () => [script('preset')],
		env: { BENCH_PRESET: 'json' },
		target: 100,
	},
	{
		name: 'agentese-otel: start, otlp preset',
		args: () => [script('preset')],
		env: { BENCH_PRESET: 'otlp' },
		target: 100,
	},
	{ name: 'by hand: provider, batch processor, OTLP exporter', args: () => [script('lean')] },
	{ name: 'by hand: NodeSDK', args: () => [script('node-sdk')] },
	{
		name: 'agentese-otel/register, http instrumented',
		args: () => ['--import', exported('./register'), script('registered')],
		config: HTTP,
		target: 200,
	},
	{ name: 'by hand: NodeSDK, http instrumented', args: () => [script('lean-http')] },
	{
		name: 'auto-instrumentations-node/register, http alone',
		args: () => ['--require', metapackage(), script('registered')],
		env: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' },
	},
	...installed(peersWith('start')).map(({ name, file }) => ({ name, args: () => [file], peer: true })),
];

/**
 * Runs a process from spawn to exit in the folder. Resolves to the figures that it printed, and `wall`, how long it
 * took, in ms.
 */
function runOnce({ args, env, config }, folder) {
	if (config) writeFileSync(join(folder, 'agentese.config.json'), JSON.stringify(config));
	else rmSync(join(folder, 'agentese.config.json'), { force: true });
	const variables = {
		BENCH_CLOSED: CLOSED,
		BENCH_HOME: join(home(), 'package.json'),
		BENCH_DECORATORS: exported('.'),
		BENCH_PRESETS: exported('./presets'),
		OTEL_EXPORTER_OTLP_ENDPOINT: CLOSED,
	};
	if (config) {
		delete variables.OTEL_EXPORTER_OTLP_ENDPOINT;
		// The config is not in the project of the main file, where it would be trusted.
		variables.AGENTESE_CONFIG = join(folder, 'agentese.config.json');
	}
	return new Promise((done) => {
		const begun = performance.now();
		const child = spawn(process.execPath, args(), {
			cwd: folder,
			env: { ...process.env, ...variables, ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let output = '';
		let errors = '';
		child.stdout.on('data', (text) => {
			output += text;
		});
		child.stderr.on('data', (text) => {
			errors += text;
		});
		child.on('exit', (code) => {
			const wall = performance.now() - begun;
			const line = output.split('\n').find((text) => text.startsWith('{"ready"'));
			const figures = line ? JSON.parse(line) : { problem: `ended with ${code}: ${errors.trim().split('\n').at(-1)}` };
			done({ wall, ...figures });
		});
	});
}

/**
 * Runs each case once per round, in an order that alternates. The first round fills the disk's cache, and is not
 * counted.
 */
async function run({ rounds }) {
	const folder = mkdtempSync(join(tmpdir(), 'agentese-bench-'));
	const runs = CASES.map(() => []);
	try {
		for (let round = 0; round <= rounds; round++) {
			const order = CASES.map((_, index) => index);
			if (round % 2 === 1) order.reverse();
			for (const index of order) {
				const figures = await runOnce(CASES[index], folder);
				if (round > 0) runs[index].push(figures);
			}
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	return runs;
}

/** The one scene: it starts the processes itself. */
export const scenes = [{ name: 'processes', run }];

/** The columns of the table: the member of a line, and its heading. */
export const columns = {
	name: 'what is started',
	over: 'ms over bare',
	times: 'x bare',
	wall: 'ms, spawn to exit',
	rss: 'MB',
	target: 'target',
};

/**
 * Returns the lines of the table: the time over bare node by the medians and, in the file only, by the fastest runs,
 * which the load of the machine affected least.
 */
export function lines(runs) {
	const processes = runs.get('processes');
	const all = CASES.map((_, index) => processes.flatMap((rows) => rows[index]));
	const walls = all.map((cases) => cases.map(({ wall }) => wall));
	return CASES.map(({ name, target }, index) => {
		const over = median(walls[index]) - median(walls[0]);
		const quiet = Math.min(...walls[index]) - Math.min(...walls[0]);
		return {
			name,
			over,
			quiet,
			times: median(walls[index]) / median(walls[0]),
			wall: spread(walls[index]),
			rss: median(all[index].map(({ rss = 0 }) => rss)),
			...(target && { target, met: over <= target }),
			fault: all[index].map(({ problem }) => problem).find((problem) => problem !== undefined),
		};
	});
}
