import { globSync, readFileSync } from 'node:fs';
import { parse } from '@babel/parser';
import { describe, expect, it } from '@jest/globals';

/** The folders whose code is part of the package. */
const SHIPPED = '{lib,decorators,delivery,presets,config,sdk,cli,testing}/**/*.ts';

/** The one file that may use clock, timers and random numbers of Node. */
const OWNER = 'lib/runtime/platform.ts';

/** The globals that no other file uses. */
const GLOBALS = new Set([
	...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'],
	...['queueMicrotask', 'performance'],
]);

/** The members of globals that no other file uses. */
const MEMBERS = new Set([
	...['Date.now', 'Math.random', 'process.hrtime', 'process.nextTick', 'AbortSignal.timeout'],
	...['globalThis.setTimeout', 'globalThis.performance', 'globalThis.Date'],
]);

/** The modules of Node that no other file imports. */
const MODULES = new Set(['node:timers', 'node:timers/promises', 'node:perf_hooks']);

/** A node of the syntax tree, with its children under any key. */
type SyntaxNode = { type: string; loc?: { start: { line: number } } } & { [key: string]: unknown };

const isNode = (value: unknown): value is SyntaxNode =>
	typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';

/** Returns what a node uses that only the owner may use; undefined for any other node. */
function forbidden(node: SyntaxNode, parent: SyntaxNode | undefined, key: string): string | undefined {
	const name = (value: unknown) => (isNode(value) && value.type === 'Identifier' ? String(value['name']) : '');
	if (node.type === 'MemberExpression') {
		const member = `${name(node['object'])}.${name(node['property'])}`;
		return MEMBERS.has(member) ? member : undefined;
	}
	if (node.type === 'NewExpression' && name(node['callee']) === 'Date' && (node['arguments'] as []).length === 0) {
		return 'new Date()';
	}
	if (node.type === 'StringLiteral') return MODULES.has(String(node['value'])) ? String(node['value']) : undefined;
	if (node.type !== 'Identifier' || !GLOBALS.has(name(node))) return undefined;
	const isKey = (key === 'property' || key === 'key') && parent?.['computed'] !== true;
	return isKey ? undefined : name(node);
}

/** Returns the uses of globals in a source, each with its line. */
function usesIn(source: string): string[] {
	const found: string[] = [];
	const visit = (node: SyntaxNode, parent: SyntaxNode | undefined, key: string) => {
		const use = forbidden(node, parent, key);
		if (use !== undefined) found.push(`${node.loc?.start.line}: ${use}`);
		for (const [childKey, child] of Object.entries(node)) {
			for (const each of Array.isArray(child) ? child : [child]) if (isNode(each)) visit(each, node, childKey);
		}
	};
	const plugins = ['typescript', 'decorators', 'explicitResourceManagement'] as const;
	visit(parse(source, { sourceType: 'module', plugins: [...plugins] }).program as never, undefined, '');
	return found;
}

describe('clock, timers and random numbers', () => {
	it('come from lib/runtime/platform.ts in all that ships', () => {
		const files = globSync(SHIPPED).filter((file) => file !== OWNER);
		expect(files.length).toBeGreaterThan(300);
		const uses = files.flatMap((file) => usesIn(readFileSync(file, 'utf8')).map((use) => `${file}:${use}`));
		expect(uses).toEqual([]);
	});

	it.each([
		['const t = setTimeout(f, 1);', 'setTimeout'],
		['const f = clearTimeout;', 'clearTimeout'],
		['const f = { run: setImmediate };', 'setImmediate'],
		['performance.now();', 'performance'],
		['const now = Date.now;', 'Date.now'],
		['new Date().toISOString();', 'new Date()'],
		['const jitter = Math.random();', 'Math.random'],
		['process.hrtime.bigint();', 'process.hrtime'],
		["import { setTimeout as sleep } from 'node:timers/promises';", 'node:timers/promises'],
		["await import('node:perf_hooks');", 'node:perf_hooks'],
		['AbortSignal.timeout(5);', 'AbortSignal.timeout'],
	])('%s is found', (source, use) => {
		expect(usesIn(source)).toContain(`1: ${use}`);
	});

	it.each([
		'platform.setTimeout(f, 1);',
		'new Date(5).toISOString();',
		'interface A { setTimeout: number }',
		'const a = { performance: 1 };',
		'Math.floor(1);',
	])('%s is allowed', (source) => {
		expect(usesIn(source)).toEqual([]);
	});
});
