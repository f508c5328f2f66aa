import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { format } from 'node:util';
import { expect } from '@jest/globals';
import { context, diag, metrics, propagation, trace } from '@opentelemetry/api';

/** Asserts that the value of an expression equals that of its comment `// => …`. */
function is(value, expected) {
	expect(value).toEqual(expected());
}

/** Asserts that an expression throws or rejects. `expected` is `Name`, or `Name: the beginning of the message`. */
async function throws(run, expected) {
	const error = await run().then(
		(value) => {
			throw new Error(`It was to throw ${expected}, and gave ${format(value)}.`);
		},
		(reason) => reason,
	);
	expect(`${error.name}: ${error.message}`.slice(0, expected.length)).toBe(expected);
}

/** Returns a pattern for an expected line of output: `…` matches any text. */
function pattern(line) {
	const parts = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	return new RegExp(`^${parts.join('.*')}$`);
}

/**
 * Returns a test that runs a fence in a temporary folder, and afterwards removes the folder and unregisters
 * OpenTelemetry's globals.
 *
 * @param body - the fence as a function; it receives `expect`, `is` and `throws`
 * @param expected - `files`: the page's `file=` fences, written to the folder first. `prints`: the lines that it must
 * print,
 *   or null if the page does not show them
 */
export function runFence(body, { files, prints }) {
	return async () => {
		const folder = mkdtempSync(join(tmpdir(), 'agentese-fence-'));
		const before = { cwd: process.cwd(), log: console.log, main: process.argv[1] };
		const printed = [];
		for (const { name, text } of files) {
			mkdirSync(dirname(join(folder, name)), { recursive: true });
			writeFileSync(join(folder, name), text);
		}
		try {
			process.chdir(folder);
			// The fence is the application: its folder is where a config is trusted.
			process.argv[1] = join(folder, 'fence.mjs');
			writeFileSync(process.argv[1], '');
			console.log = (...args) => printed.push(...format(...args).split('\n'));
			await body({ expect, is, throws });
		} finally {
			console.log = before.log;
			process.chdir(before.cwd);
			process.argv[1] = before.main;
			for (const api of [trace, metrics, context, propagation, diag]) api.disable();
			rmSync(folder, { recursive: true, force: true });
		}
		if (prints === null) return;
		const same = printed.length === prints.length && prints.every((line, index) => pattern(line).test(printed[index]));
		if (!same) expect(printed).toEqual(prints);
	};
}

/** Returns a test of a fence that is only parsed. It fails with `fault`, unless that is null. */
export function readFence(fault) {
	return () => {
		if (fault !== null) throw new Error(fault);
	};
}
