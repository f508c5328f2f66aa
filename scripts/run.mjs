import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './fresh.mjs';

/** The TypeScript compiler, to be run with the Node that runs this. */
export const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/**
 * Runs a program and answers its exit code and everything it wrote, in order.
 *
 * @param command - `'node'` means the Node that runs this, never a global one
 * @param options - `cwd`, `env` (added to ours)
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

/** Runs a program as `run` does, and throws what it wrote if it failed. */
export async function must(command, args, options) {
	const { code, output } = await run(command, args, options);
	if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}.\n${output}`);
	return output;
}

/** Runs tasks, at most `width` at a time, and answers their results in the order of the tasks. */
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
