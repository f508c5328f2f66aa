// What does it cost to start?
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { median, spread } from '../lib/measure.mjs';
import { installed, peersWith } from '../lib/peers.mjs';
import { home } from '../lib/toolkit.mjs';

export const title = 'What does it cost to start? From the spawn of a process to its end, over bare node.';

/** A closed port: nothing listens, and nothing leaves the machine. */
const CLOSED = 'http://127.0.0.1:9';
const HTTP = { preset: ['json'], json: { directory: 'telemetry' }, autoInstrumentation: { include: ['http'] } };

const script = (name) => fileURLToPath(new URL(`../starts/${name}.mjs`, import.meta.url));
const exported = (name) => {
	const target = JSON.parse(readFileSync(join(home(), 'package.json'), 'utf8')).exports[name];
	return pathToFileURL(join(home(), target.import)).href;
};
const metapackage = () => {
	const require = createRequire(join(home(), 'package.json'));
	return require.resolve('@opentelemetry/auto-instrumentations-node/register');
};

/** What is started: the arguments of node, its environment, and the config file in its folder. */
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

/** One process from spawn to exit, in a folder of its own: what it says, and how long it took. */
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
	if (config) delete variables.OTEL_EXPORTER_OTLP_ENDPOINT;
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
			const said = line ? JSON.parse(line) : { problem: `ended with ${code}: ${errors.trim().split('\n').at(-1)}` };
			done({ wall, ...said });
		});
	});
}

/** Every case once a round, in an order that alternates; the first round warms the disk's cache and is not counted. */
async function run({ rounds }) {
	const folder = mkdtempSync(join(tmpdir(), 'agentese-bench-'));
	const runs = CASES.map(() => []);
	try {
		for (let round = 0; round <= rounds; round++) {
			const order = CASES.map((_, index) => index);
			if (round % 2 === 1) order.reverse();
			for (const index of order) {
				const one = await runOnce(CASES[index], folder);
				if (round > 0) runs[index].push(one);
			}
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	return runs;
}

export const scenes = [{ name: 'processes', run }];

export const columns = {
	name: 'what is started',
	over: 'ms over bare',
	times: 'x bare',
	wall: 'ms, spawn to exit',
	rss: 'MB',
	target: 'target',
};

/** Over bare node: of the medians, and (in the file) of the fastest runs, which saw least of what else the machine did. */
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
