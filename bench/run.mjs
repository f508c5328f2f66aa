// `node bench/run.mjs [question…]`: measures the answers to all questions, or to those named, prints a table for each
// and writes it to bench/results/. bench/README.md has the options.
import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installPeers } from './lib/install.mjs';
import { circumstances, printLines, printTable, saveResult, summarise } from './lib/report.mjs';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		rounds: { type: 'string', default: '5' },
		processes: { type: 'string', default: '2' },
		slice: { type: 'string', default: '30' },
		scene: { type: 'string' },
		toolkit: { type: 'string' },
		profile: { type: 'string' },
		update: { type: 'boolean', default: false },
		pairs: { type: 'string', default: '3' },
		all: { type: 'boolean', default: false },
	},
});
if (values.toolkit !== undefined) process.env.BENCH_TOOLKIT = resolve(values.toolkit);

const known = readdirSync(new URL('questions/', import.meta.url)).map((file) => file.replace(/\.mjs$/, ''));
const unknown = positionals.find((name) => !known.includes(name));
if (unknown !== undefined) {
	console.error(`There is no question '${unknown}'. The questions are ${known.join(', ')}.`);
	process.exit(1);
}

// `instructions` needs no peers, and runs in CI, where they need not be installed.
if (positionals.some((name) => name !== 'instructions') || positionals.length === 0) installPeers();

/** Runs a scene in its own process, without the variables OTEL_* and AGENTESE_* of this one. Resolves to its rows. */
function play(question, scene) {
	const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(OTEL|AGENTESE)_/.test(key)));
	const effort = { rounds: Number(values.rounds), slice: Number(values.slice), warmUp: 2 * Number(values.slice) };
	const profile = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(values.profile)}`];
	return new Promise((done, failed) => {
		const child = fork(new URL('lib/scene.mjs', import.meta.url), [question, scene, JSON.stringify(effort)], {
			env,
			execArgv: ['--expose-gc', ...profile],
		});
		let rows;
		child.on('message', (message) => {
			rows = message;
		});
		child.on('exit', (code) => (rows ? done(rows) : failed(new Error(`The scene '${scene}' ended with ${code}.`))));
	});
}

for (const name of positionals.length > 0 ? positionals : known) {
	const { title, scenes, columns, lines, ask } = await import(`./questions/${name}.mjs`);
	if (ask) {
		const code = await ask({ ...values, pairs: Number(values.pairs) });
		if (code !== 0) process.exitCode = code;
		continue;
	}
	const before = circumstances();
	const runs = new Map();
	// The processes of a scene are far apart in time, because the load of the machine changes.
	for (let i = 0; i < Number(values.processes); i++) {
		for (const { name: scene } of scenes) {
			if (values.scene !== undefined && values.scene !== scene) continue;
			const rows = await play(name, scene);
			runs.set(scene, [...(runs.get(scene) ?? []), rows]);
		}
	}
	const partial = values.scene !== undefined;
	const head = { question: name, title, ...(partial && { partial }), ...before, loadAfter: circumstances().load };
	const result = lines ? { ...head, columns, lines: lines(runs) } : { ...head, rows: summarise(runs) };
	if (lines) printLines(result);
	else printTable(result);
	console.log(`\n${saveResult(result)}`);
	const figures = result.lines ?? result.rows.flatMap((row) => row.sides);
	if (figures.some(({ fault }) => fault !== undefined)) process.exitCode = 1;
}
