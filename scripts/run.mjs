import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './fresh.mjs';

/** The path of the TypeScript compiler, to be run with `run('node', [TSC, …])`. */
export const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/**
 * Runs a program. Never rejects.
 *
 * @param command - 'node' is the Node that runs this process, never a global one
 * @param options - `cwd`, the root by default, and `env`, variables added to those of this process
 * @returns its exit code, 127 if it cannot be started, and what it wrote to stdout and stderr, in order
 */
export function run(command, args, options = {}) {
	const program = command === 'node' ? process.execPath : command;
	const env = { ...process.env, ...options.env };
	return new Promise((done) => {
		const child = spawn(program, args, { cwd: options.cwd ?? ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
		let output = '';
		child.stdout.setEncoding('utf8').on('data', (text) => {
			output += text;
		});
		child.stderr.setEncoding('utf8').on('data', (text) => {
			output += text;
		});
		child.on('error', (error) => done({ code: 127, output: `${output}${error.message}\n` }));
		child.on('close', (code, signal) => done({ code: code ?? 1, output: signal ? `${output}${signal}\n` : output }));
	});
}

/** Runs a program as `run` does, and returns what it wrote. @throws what it wrote, if its exit code is not 0 */
export async function must(command, args, options) {
	const { code, output } = await run(command, args, options);
	if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}.\n${output}`);
	return output;
}

/** Runs tasks, at most `width` at a time, and returns their results in the order of the tasks. */
export async function pool(tasks, width = 2) {
	const results = new Array(tasks.length);
	let next = 0;
	const worker = async () => {
		while (next < tasks.length) {
			const index = next++;
			results[index] = await tasks[index]();
		}
	};
	await Promise.all(Array.from({ length: width }, worker));
	return results;
}
