// Counts the instructions of one call of a hot row: the difference between two processes, one of which makes more
// calls.
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

/** A copy of this folder, outside of bench/: bench/ may have its own copies of OpenTelemetry's packages installed. */
const THERE = fileURLToPath(new URL('../../.cache/bench/lib', import.meta.url));

/**
 * V8's options for a count that is the same each time. Code is optimised, but always at the same call: no compiler or
 * garbage collector runs in parallel, collections depend on allocated bytes only, and hashes and random numbers are
 * fixed.
 */
const STEADY = [
	...['--predictable', '--single-threaded', '--hash-seed=1', '--random-seed=1'],
	// No collection of the old generation: each has the instructions of 1,000 calls, and when it runs depends on time.
	// Collections of the young generation do count.
	...['--initial-old-space-size=1024', '--no-memory-reducer'],
	// If objects of an allocation site live long, V8 would discard the code that allocates them, after about 60,000
	// calls.
	'--no-allocation-site-pretenuring',
];

/**
 * The processor features that are switched off, so that V8 creates the same code on all processors of an architecture.
 */
const COMMON = { x64: ['avx', 'avx2', 'fma3', 'f16c', 'bmi1', 'bmi2', 'lzcnt', 'popcnt'] };
const ANY_PROCESSOR = (COMMON[arch] ?? []).map((feature) => `--no-enable-${feature}`);

/**
 * The hot rows, and the calls of the two processes of each. Until call `from`, code is still being optimised. Between
 * `from` and `to` each call has the same number of instructions, including those of garbage collections.
 */
export const ROWS = {
	'no SDK': { from: 50_000, to: 100_000 },
	'unsampled parent': { from: 50_000, to: 100_000 },
	recorded: { from: 30_000, to: 90_000 },
	'recorded, our presets': { from: 30_000, to: 90_000 },
};

/** The tools that count instructions: the arguments before the program, and how to read the count from stderr. */
const TOOLS = {
	perf: {
		args: ['stat', '-x', ',', '-e', 'instructions:u'],
		figure: (text) => /^(\d+),[^,]*,instructions/m.exec(text)?.[1],
	},
	valgrind: {
		// Without the simulation of caches Cachegrind counts only instructions, which is faster.
		args: ['--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null'],
		figure: (text) => /I\s+refs:\s+([\d,]+)/.exec(text)?.[1].replaceAll(',', ''),
	},
};

/**
 * Returns the tools that work on this machine, perf first. In a virtual machine perf often has no hardware counters.
 */
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

/** Returns how many instructions one process with that many calls executes. */
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
 * Counts one more pair of processes of a row. A disturbance, such as a compiler that runs at another call, only adds
 * instructions, so the smallest count of all pairs is used.
 *
 * @param side - 'agentese-otel', 'by hand' or 'bare'
 * @param before - what this function returned for the previous pairs of the row
 * @returns `perCall`, the instructions of a call; `pairs`, the number of pairs; `less` and `more`, the smallest counts
 */
export async function countPair(tool, row, side, before = { less: Infinity, more: Infinity, pairs: 0 }) {
	cpSync(HERE, THERE, { recursive: true });
	const { from, to } = ROWS[row];
	const less = Math.min(before.less, await count(tool, row, side, from));
	const more = Math.min(before.more, await count(tool, row, side, to));
	return { less, more, pairs: before.pairs + 1, perCall: (more - less) / (to - from) };
}
