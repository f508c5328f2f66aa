import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportsOf, programOf } from '../../scripts/comments/public-names.mjs';
import { entryFaults, faultsOf } from '../../scripts/comments/rules.mjs';
import { publicEntries } from '../../scripts/entries.mjs';
import { examplesOf } from '../../scripts/examples.mjs';

const root = resolve(import.meta.dirname, '../..');
const FOLDER = '.cache/comments';

/** Returns the faults of a module, each without the name of its file. */
function faultsIn(name: string, text: string): string[] {
	const file = `${FOLDER}/${name}.ts`;
	writeFileSync(join(root, file), text);
	const program = programOf([file]);
	return faultsOf(program, exportsOf(program, file), new Set()).map((fault: string) => fault.replace(`${file}:`, ''));
}

const EXAMPLE = ['@example', '```ts', "import { a } from 'agentese-otel';", 'const b = a;', 'b; // => 1', '```'].map(
	(line) => ` * ${line}`,
);

beforeAll(() => void mkdirSync(join(root, FOLDER), { recursive: true }));
afterAll(() => rmSync(join(root, FOLDER), { recursive: true }));

describe('the check of doc comments', () => {
	it('accepts what has a comment, defaults, units, results, errors and an example', () => {
		const text = [
			'/**',
			' * Waits, and returns the time that it took, in milliseconds.',
			' *',
			' * @param options - how long. @default {}',
			' * @throws TypeError if the time is negative',
			' *',
			...EXAMPLE,
			' */',
			'export function wait(options: WaitOptions = {}): number { return options.time ?? 0; }',
			'/**',
			' * The options of `wait`.',
			' *',
			...EXAMPLE,
			' */',
			'export interface WaitOptions {',
			'	/** The time in milliseconds. @default 0 */',
			'	readonly time?: number | undefined;',
			'}',
		];
		expect(faultsIn('whole', text.join('\n'))).toEqual([]);
	});

	it('reports what a comment leaves out, by name', () => {
		const text = [
			'export function bare(): void {}',
			'/** Waits. */',
			'export function wait(options: WaitOptions = {}): number { return options.time ?? 0; }',
			'/** The options of `wait`. */',
			'export interface WaitOptions {',
			'	/** The time. */',
			'	readonly time?: number | undefined;',
			'	within?: { readonly deep: string } | undefined;',
			'	/** Called at the end. @default none */',
			'	done?: (() => void) | undefined;',
			'}',
			'/** What came of it. */',
			'export interface Result {',
			'	/** The reason. */',
			'	readonly reason?: string;',
			'}',
		];
		expect(faultsIn('faulty', text.join('\n'))).toEqual([
			'1: bare has no comment.',
			'3: wait does not state what it returns.',
			'3: wait does not state what it throws, or that it never throws.',
			'3: wait has no @param options.',
			'3: wait has no @example.',
			'5: WaitOptions has no @example.',
			'7: WaitOptions.time is a number and has no unit.',
			'7: WaitOptions.time is optional and has no @default.',
			'8: WaitOptions.within has no comment.',
			'10: WaitOptions.done does not state what it throws, or that it never throws.',
			'15: Result.reason does not state when it is left out.',
		]);
	});

	it('reports members of object types that are written out, and overloads that refer to another', () => {
		const text = [
			'/**',
			' * Returns it. Never throws.',
			' *',
			...EXAMPLE,
			' */',
			'export function same(a: string): string;',
			'/** The same as the first signature. Returns it. Never throws. */',
			'export function same(a: { readonly text: string }): string;',
			'export function same(a: unknown): string { return String(a); }',
		];
		expect(faultsIn('overloads', text.join('\n'))).toEqual([
			'13: same has a comment that is not whole.',
			'13: same.text has no comment.',
		]);
	});

	it('reports an example that is too long, too short, or without a result', () => {
		const example = (lines: readonly string[]) =>
			[
				'/**',
				' * Does nothing. Never throws.',
				' *',
				' * @example',
				' * ```ts',
				...lines.map((line) => ` * ${line}`),
				' * ```',
				' */',
				'export function nothing(): void {}',
			].join('\n');
		expect(faultsIn('short', example(['nothing(); // => undefined']))).toEqual([
			'9: nothing has an example of 1 lines. It has 3 to 12.',
			'9: nothing has an example that imports nothing of the package.',
		]);
		expect(faultsIn('silent', example(['nothing();', 'nothing();', 'nothing();']))).toEqual([
			'11: nothing has an example that imports nothing of the package.',
			'11: nothing has an example without a result (=>, throws or prints:).',
		]);
	});

	it('reports an entry whose file does not begin with a comment on the module', () => {
		const file = `${FOLDER}/entry.ts`;
		const faults = (text: string) => {
			writeFileSync(join(root, file), text);
			return entryFaults(programOf([file]), file);
		};
		expect(faults('/**\n * The entry.\n *\n * @packageDocumentation\n */\nexport {};\n')).toEqual([]);
		const fault = `${file}:1: the entry has no comment with @packageDocumentation.`;
		expect(faults('/** The entry. */\nexport {};\n')).toEqual([fault]);
		expect(faults('export {};\n')).toEqual([fault]);
	});

	it('covers each entry that exports names', () => {
		expect(publicEntries().map(({ specifier }: { specifier: string }) => specifier)).toEqual(
			expect.arrayContaining(['agentese-otel', 'agentese-otel/extend', 'agentese-otel/presets']),
		);
	});
});

describe('the examples of doc comments', () => {
	it('keep the line of the source and the name of the symbol', () => {
		const file = `${FOLDER}/examples.ts`;
		const text = [
			'/** Nothing here. */',
			'export interface Telemetry {',
			'	/**',
			'	 * Ends it.',
			'	 *',
			'	 * @example',
			'	 * ```ts',
			'	 * if (1) {',
			'	 * 	one(); // => 1',
			'	 * }',
			'	 * ```',
			'	 */',
			'	end(): void;',
			'}',
		];
		writeFileSync(join(root, file), text.join('\n'));
		expect(examplesOf(file)).toEqual([
			{
				page: file,
				heading: 'Telemetry.end',
				language: 'ts',
				words: [],
				line: 8,
				code: 'if (1) {\n\tone(); // => 1\n}',
			},
		]);
	});
});
