import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { format } from 'node:util';
import { expect } from '@jest/globals';
import { context, diag, metrics, propagation, trace } from '@opentelemetry/api';

/** Asserts that the value of an expression is what the comment behind it says. */
function is(value, expected) {
	expect(value).toEqual(expected());
}

/** Asserts that an expression throws or rejects; the comment is `Name`, or `Name: the beginning of the message`. */
async function throws(run, expected) {
	const error = await run().then(
		(value) => {
			throw new Error(`It was to throw ${expected}, and gave ${format(value)}.`);
		},
		(reason) => reason,
	);
	expect(`${error.name}: ${error.message}`.slice(0, expected.length)).toBe(expected);
}

/** A line that a fence says it prints, as a pattern: `…` stands for anything. */
function pattern(line) {
	const parts = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	return new RegExp(`^${parts.join('.*')}$`);
}

/**
 * A test that runs a fence in an empty folder, with the page's `file=` fences in it, and leaves nothing behind.
 *
 * @param body - the fence
 * @param expected - `files` to lay out; `prints`, the lines it prints, or null where it does not say
 */
export function runFence(body, { files, prints }) {
	return async () => {
		const folder = mkdtempSync(join(tmpdir(), 'agentese-fence-'));
		const before = { cwd: process.cwd(), log: console.log };
		const printed = [];
		for (const { name, text } of files) {
			mkdirSync(dirname(join(folder, name)), { recursive: true });
			writeFileSync(join(folder, name), text);
		}
		try {
			process.chdir(folder);
			console.log = (...args) => printed.push(...format(...args).split('\n'));
			await body({ expect, is, throws });
		} finally {
			console.log = before.log;
			process.chdir(before.cwd);
			for (const api of [trace, metrics, context, propagation, diag]) api.disable();
			rmSync(folder, { recursive: true, force: true });
		}
		if (prints === null) return;
		const same = printed.length === prints.length && prints.every((line, index) => pattern(line).test(printed[index]));
		if (!same) expect(printed).toEqual(prints);
	};
}

/** A test of a fence that was only read: it fails with what was found wrong. */
export function readFence(fault) {
	return () => {
		if (fault !== null) throw new Error(fault);
	};
}
