// How many instructions one call of a hot row takes: by the difference of two processes, of which one makes more calls.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arch } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { home } from './toolkit.mjs';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Where the counted program lies: outside bench/, whose packages, if they are installed, are other copies. */
const THERE = fileURLToPath(new URL('../../.cache/bench/lib', import.meta.url));

/**
 * Optimised code, but made at the same call each time: no compiler or collector works beside the program, collections
 * come by the bytes that were allocated, and hashes and random numbers do not change.
 */
const STEADY = [
	...['--predictable', '--single-threaded', '--hash-seed=1', '--random-seed=1'],
	// Collections of the young generation are counted; when an old one is due is a matter of time, and each is 1,000 calls.
	...['--initial-old-space-size=1024', '--no-memory-reducer'],
	// Where a site's objects live long, the code of all that makes them would be thrown away, some 60,000 calls in.
	'--no-allocation-site-pretenuring',
];

/** What only some processors have is not used: V8 writes the same code for all of an architecture. */
const COMMON = { x64: ['avx', 'avx2', 'fma3', 'f16c', 'bmi1', 'bmi2', 'lzcnt', 'popcnt'] };
const ANY_PROCESSOR = (COMMON[arch] ?? []).map((feature) => `--no-enable-${feature}`);

/**
 * The hot rows. Before `from` calls the optimising compilers are at work; between `from` and `to` a call takes the same
 * number, the collections of its garbage included.
 */
export const ROWS = {
	'no SDK': { from: 50_000, to: 100_000 },
	'unsampled parent': { from: 50_000, to: 100_000 },
	recorded: { from: 30_000, to: 90_000 },
	'recorded, our presets': { from: 30_000, to: 90_000 },
};

/** What counts instructions, and how: the arguments before the program, and where its figure stands. */
const TOOLS = {
	perf: {
		args: ['stat', '-x', ',', '-e', 'instructions:u'],
		figure: (text) => /^(\d+),[^,]*,instructions/m.exec(text)?.[1],
	},
	valgrind: {
		// Without its simulation of caches, Cachegrind counts instructions alone.
		args: ['--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null'],
		figure: (text) => /I\s+refs:\s+([\d,]+)/.exec(text)?.[1].replaceAll(',', ''),
	},
};

/** The tools that count here, perf first: a virtual machine often has it without the counters. */
export function toolsHere() {
	return Object.keys(TOOLS).filter((tool) => {
		try {
			const { args } = TOOLS[tool];
			if (tool === 'valgrind') return execFileSync(tool, ['--version'], { stdio: 'pipe' }).length > 0;
			const out = execFileSync('sh', ['-c', `${tool} ${args.join(' ')} true 2>&1`], { encoding: 'utf8' });
			return TOOLS[tool].figure(out) !== undefined;
		} catch {
			return false;
		}
	});
}

async function count(tool, row, side, calls) {
	const { args, figure } = TOOLS[tool];
	const folder = mkdtempSync(join(tmpdir(), 'agentese-bench-'));
	const env = { PATH: process.env.PATH, HOME: folder, BENCH_TOOLKIT: home() };
	try {
		const program = [
			process.execPath,
			...STEADY,
			...ANY_PROCESSOR,
			join(THERE, 'instructions-worker.mjs'),
			row,
			side,
			String(calls),
		];
		const { stderr } = await run(tool, [...args, ...program], { cwd: folder, env, maxBuffer: 2 ** 26 });
		const found = figure(stderr);
		if (found === undefined) throw new Error(`${tool} gave no figure: ${stderr.slice(0, 500)}`);
		return Number(found);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/**
 * Counts one more pair of processes of a row, and answers the instructions of a call. What disturbs a process, a collection
 * or a compiler at another moment, only adds: of each length the least of all pairs counts.
 *
 * @param side - 'agentese-otel', 'by hand' or 'bare'
 * @param before - what this answered for the pairs before
 */
export async function countPair(tool, row, side, before = { less: Infinity, more: Infinity, pairs: 0 }) {
	cpSync(HERE, THERE, { recursive: true });
	const { from, to } = ROWS[row];
	const less = Math.min(before.less, await count(tool, row, side, from));
	const more = Math.min(before.more, await count(tool, row, side, to));
	return { less, more, pairs: before.pairs + 1, perCall: (more - less) / (to - from) };
}
