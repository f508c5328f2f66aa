import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseComment } from '../../scripts/comments/doc-comment.mjs';
import { commentOf, compilerOptions, exportsOf, ts } from '../../scripts/comments/public-names.mjs';

const root = resolve(import.meta.dirname, '../..');
const FILE = join(root, '.cache/editor.ts');

/** Uses of names by their entry. An editor shows the comment of the name behind `|`. */
const USES = {
	'sdk/index.ts': [
		'|startTelemetry;',
		"|startTelemetry({ preset: './preset.js' });",
		'|loadConfig;',
		'|loadConfig({});',
		'|defineConfig({});',
		'|nodeSdkConfiguration();',
	],
	'index.ts': [
		'|traced(() => 1);',
		'|metered(() => 1);',
		'|instrument({});',
		"|traceInvocation('self.soul.ask', () => 1);",
		"|startInvocation('self.soul.ask');",
		'|createLogos([]);',
		'@|Traced class A {}',
		'class B { @|Traced() b() {} }',
		"class C { @|Traced('ask') c() {} }",
		'class D { @|Metered d() {} }',
		'class E { @|Metered({}) e() {} }',
		"class F { @|Aspect('ask') f() {} }",
		'class G { @|Untraced() g() {} }',
		"@|Resolver('self.soul') class H {}",
		"class I { @|SpanAttribute('app.i') i = 1 }",
	],
};

/** Returns the name behind `|`. */
const nameIn = (use: string) => /\|(\w+)/.exec(use)?.[1] ?? '';

const imports = Object.entries(USES).map(
	([entry, uses]) => `import { ${[...new Set(uses.map(nameIn))]} } from '../${entry.replace('.ts', '.js')}';`,
);
const text = [...imports, ...Object.values(USES).flat()].join('\n');

/** What an editor with TypeScript 6 asks for what it shows. It sees the text without the marks. */
const service = ts.createLanguageService({
	getScriptFileNames: () => [FILE],
	getScriptVersion: () => '1',
	getScriptSnapshot: (file: string) =>
		ts.ScriptSnapshot.fromString(file === FILE ? text.replaceAll('|', '') : readFileSync(file, 'utf8')),
	getCurrentDirectory: () => root,
	getCompilationSettings: () => compilerOptions(),
	getDefaultLibFileName: ts.getDefaultLibFilePath,
	fileExists: ts.sys.fileExists,
	readFile: ts.sys.readFile,
});

/** Returns a text with the name of each link alone, because the editor shows the text of a link in another form. */
const withoutLinks = (comment: string) => comment.replace(/\{@link(?:code)? (\w+)[^}]*\}/g, '$1');

/** Returns the comment that the editor shows for the name behind `|` of a use. */
function shown(use: string): string {
	const marked = text.slice(0, text.indexOf(use) + use.indexOf('|'));
	const info = service.getQuickInfoAtPosition(FILE, marked.replaceAll('|', '').length);
	return withoutLinks(ts.displayPartsToString(info?.documentation));
}

/** Returns the summary of the first declaration of what an entry exports. */
function summaryOf(entry: string, name: string): string {
	const exported = exportsOf(service.getProgram(), entry).find((one: { name: string }) => one.name === name);
	return withoutLinks(parseComment(commentOf(exported.declarations[0])).summary);
}

describe('an editor shows the whole comment of', () => {
	it.each(Object.entries(USES).flatMap(([entry, uses]) => uses.map((use) => [use, entry] as const)))(
		'%s',
		(use, entry) => {
			expect(shown(use)).toBe(summaryOf(entry, nameIn(use)));
		},
	);
});
