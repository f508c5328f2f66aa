import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = `${ROOT}.cache/instantiations/`;
const CLASSES = 25;
const METHODS = 10;

/** The most types that one decorated method may instantiate: with two callbacks it is about 165. */
const BOUND = 200;

beforeAll(() => void mkdirSync(FOLDER, { recursive: true }));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** Classes whose methods all have their own types, with a decorator on each. */
function source(decorator: (index: number) => string): string {
	const methods = (c: number) =>
		Array.from(
			{ length: METHODS },
			(_, m) => `${decorator(c)} async m${m}(x: string): Promise<{ a${c}: string }> { return { a${c}: x }; }`,
		);
	const classes = Array.from(
		{ length: CLASSES },
		(_, c) => `export class C${c} { size${c} = 1; ${methods(c).join('\n')} }`,
	);
	return [`import { Traced } from '../../index.js';`, `export { Traced };`, ...classes].join('\n');
}

/** Returns how many types the compiler instantiates for a source. */
async function instantiations(name: string, text: string, experimentalDecorators: boolean): Promise<number> {
	writeFileSync(`${FOLDER}${name}.ts`, text);
	const compilerOptions = { declaration: false, experimentalDecorators, incremental: false };
	const config = { extends: '../../tsconfig.json', compilerOptions, include: [], files: [`${name}.ts`] };
	writeFileSync(`${FOLDER}${name}.json`, JSON.stringify(config));
	const tsc = `${ROOT}node_modules/typescript/bin/tsc`;
	const run = promisify(execFile)(process.execPath, [tsc, '-p', `${FOLDER}${name}.json`, '--extendedDiagnostics']);
	// A type error anywhere in the sources makes tsc exit with 1 or 2; the numbers are printed nevertheless.
	const { stdout } = await run.catch((error: { stdout: string }) => error);
	expect(stdout).not.toContain(`${name}.ts(`);
	return Number(/^Instantiations:\s+(\d+)/m.exec(stdout)?.[1]);
}

it.each([
	['TC39', false],
	['legacy', true],
] as const)(
	'a decorated method with two callbacks instantiates at most 200 types: %s',
	async (standard, experimental) => {
		const callbacks = (c: number) =>
			`@Traced({ result: (v) => v.a${c}.length, attributes: ([x], self) => ({ x: x.length + self.size${c} }) })`;
		const none = await instantiations(
			`none-${standard}`,
			source(() => ''),
			experimental,
		);
		const all = await instantiations(`all-${standard}`, source(callbacks), experimental);
		const each = (all - none) / (CLASSES * METHODS);
		expect(each).toBeGreaterThan(10);
		expect(each).toBeLessThanOrEqual(BOUND);
	},
	60_000,
);
