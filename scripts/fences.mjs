import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { examplesOf, sourcesWithExamples } from './examples.mjs';
import { bodyOf, printsOf } from './fence-code.mjs';
import { faultOfCommands } from './fence-commands.mjs';
import { fencesIn } from './fence-text.mjs';
import { filesBelow, ROOT } from './fresh.mjs';

/** The folder of the generated tests and modules. */
const OUT = join(ROOT, '.cache/fences');

/** The languages of fences that run as tests, of fences that are only parsed, and of fences that show output. */
const RUN = ['ts', 'js'];
const READ = ['yaml', 'json', 'sh'];
const OUTPUT = ['text', 'console'];

/** Returns the pages whose fences are tested, as paths from the root: README.md, CONTRIBUTING.md and those in docs/. */
export function pages() {
	const docs = filesBelow(['docs']).filter((file) => file.endsWith('.md'));
	return [...['README.md', 'CONTRIBUTING.md'].filter((page) => existsSync(join(ROOT, page))), ...docs];
}

/**
 * Returns the fences of a page. Each has `page`, `heading` (the one above it), `language`, `words` of the info string,
 * each `key=value` of them as a member too, `line` (the first line of the code, counted from 1) and `code`.
 *
 * @throws if a fence is not closed
 */
export function fencesOf(page) {
	return fencesIn(page, readFileSync(join(ROOT, page), 'utf8'), page);
}

/**
 * Returns the code of the fence with `output=<name>` in its info string, for tests of what a command prints.
 *
 * @throws unless the page has exactly one such fence
 */
export function outputFence(page, name) {
	const found = fencesOf(page).filter(({ output }) => output === name);
	if (found.length !== 1) throw new Error(`${page} has ${found.length} fences with output=${name}. It must have one.`);
	return found[0].code;
}

/** Returns what is wrong with a fence that does not run, as a sentence, or undefined if nothing is. */
function faultOf(fence) {
	const { language, code } = fence;
	if (OUTPUT.includes(language)) return undefined;
	try {
		if (language === 'json') JSON.parse(code);
		else if (language === 'yaml') parseYaml(code);
		else if (language === 'sh') return faultOfCommands(code);
		else return `"${language}" is none of ${[...RUN, ...READ, ...OUTPUT].join(', ')}: nothing would test this fence.`;
	} catch (error) {
		return error.message;
	}
}

/**
 * Returns the fences that run as chains: a fence, those that continue it, the files that `file=` fences above define,
 * and the lines of a `prints` fence below. A chain is one test.
 */
function chainsOf(fences) {
	const chains = [];
	const files = [];
	for (const fence of fences) {
		const last = chains.at(-1);
		if (RUN.includes(fence.language)) {
			if (fence.words.includes('continues')) {
				if (!last)
					throw new Error(`${fence.page}:${fence.line}: there is no fence above that this one could continue.`);
				last.parts.push(fence);
				last.files = [...files];
			} else {
				const legacy = fence.words.includes('legacy');
				chains.push({ parts: [fence], legacy, files: [...files], prints: undefined });
			}
		} else if (fence.words.includes('prints') && last)
			last.prints = [...(last.prints ?? []), ...fence.code.split('\n')];
		if (fence.file) files.push({ name: fence.file, text: `${fence.code}\n` });
	}
	return chains;
}

/**
 * Text with parts at given lines. Code is put at the line that it has in the page, so that errors name the page's line.
 */
class Lines {
	#lines = [];
	/** Appends the text to the lines that begin with `line`, counted from 1. */
	put(line, text) {
		for (const [offset, part] of text.split('\n').entries()) {
			while (this.#lines.length < line + offset) this.#lines.push('');
			this.#lines[line + offset - 1] += part;
		}
	}
	toString() {
		return `${this.#lines.join('\n')}\n`;
	}
}

/** Returns the test file of a page: a test for each chain, and one for each fence that is only parsed. */
function testOf(page, chains, read, file) {
	const lines = new Lines();
	const helper = relative(dirname(file), join(ROOT, 'scripts/jest/fence.mjs'));
	lines.put(1, `import { test } from '@jest/globals'; import { readFence, runFence } from '${helper}'; `);
	for (const { parts, files, prints } of chains) {
		const name = `${parts[0].heading} (${page}:${parts[0].line})`;
		lines.put(parts[0].line - 1, `test(${JSON.stringify(name)}, runFence(async ({ expect, is, throws }) => {`);
		for (const part of parts) lines.put(part.line, bodyOf(part.code));
		const printed = prints ?? parts.flatMap(({ code }) => printsOf(code));
		const end = parts.at(-1).line + parts.at(-1).code.split('\n').length;
		lines.put(end, `}, ${JSON.stringify({ files, prints: printed.length > 0 ? printed : null })})); `);
	}
	for (const fence of read) {
		const name = `${fence.heading}: ${fence.language} (${page}:${fence.line})`;
		lines.put(fence.line - 1, `test(${JSON.stringify(name)}, readFence(${JSON.stringify(faultOf(fence) ?? null)})); `);
	}
	return lines.toString();
}

/** Returns the module that the type checker reads for a chain: its code unchanged. */
function typedOf({ parts }) {
	const lines = new Lines();
	lines.put(1, 'export {}; ');
	for (const part of parts) lines.put(part.line, part.code);
	return lines.toString();
}

/** Adds the test files of one page or source, and the modules that the type checker reads, to `wanted`. */
function addFences(wanted, name, fences) {
	const chains = chainsOf(fences);
	const read = fences.filter(({ language }) => !RUN.includes(language) && !OUTPUT.includes(language));
	for (const legacy of [false, true]) {
		const running = chains.filter((chain) => chain.legacy === legacy);
		const parsed = legacy ? [] : read;
		const file = join(OUT, 'run', `${name}${legacy ? '.legacy' : ''}.test.ts`);
		if (running.length + parsed.length > 0) wanted.set(file, testOf(name, running, parsed, file));
		for (const chain of running.filter(({ parts }) => parts[0].language === 'ts')) {
			const module = `${chain.parts[0].line}${legacy ? '.legacy' : ''}.ts`;
			wanted.set(join(OUT, 'types', name.replace(/\.ts$/, ''), module), typedOf(chain));
		}
	}
}

/**
 * Writes a test file for each page, and for each source with examples in its doc comments, to `.cache/fences/run`, and a
 * module for each chain in TypeScript to `.cache/fences/types`, for the type checker. Unchanged files are not written
 * again; files of removed fences are deleted.
 */
export function writeFences() {
	const wanted = new Map();
	for (const page of pages()) addFences(wanted, page, fencesOf(page));
	for (const source of sourcesWithExamples()) addFences(wanted, source, examplesOf(source));
	mkdirSync(join(OUT, 'run'), { recursive: true });
	for (const name of readdirSync(OUT, { recursive: true })) {
		const file = join(OUT, name);
		if (file.endsWith('.ts') && !wanted.has(file)) rmSync(file, { force: true });
	}
	for (const [file, text] of wanted) {
		if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, text);
	}
}
