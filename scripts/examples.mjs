import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@babel/parser';
import { fencesIn } from './fence-text.mjs';
import { filesBelow, ROOT, SHIPPED } from './fresh.mjs';

/** Returns the sources of the package that have examples in their doc comments, as paths from the root. */
export function sourcesWithExamples() {
	const sources = filesBelow(SHIPPED).filter((file) => file.endsWith('.ts'));
	return sources.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('@example'));
}

/** Returns the name that a declaration or a member has, or undefined if it has none. */
function nameOf(node) {
	const declared = node.declaration ?? node.declarations?.[0] ?? node;
	const named = declared.declarations?.[0] ?? declared;
	const key = named.id ?? named.key;
	return key?.name ?? key?.value;
}

/** Calls `visit` with each doc comment that has an example, and the name of what it is for. */
function visitComments(node, owner, visit) {
	if (node === null || typeof node !== 'object') return;
	if (Array.isArray(node)) {
		for (const item of node) visitComments(item, owner, visit);
		return;
	}
	const name = typeof node.type === 'string' ? nameOf(node) : undefined;
	const path = [owner, name].filter(Boolean).join('.');
	const comment = node.leadingComments?.at(-1);
	if (comment?.type === 'CommentBlock' && /^\*[\s\S]*@example/.test(comment.value) && name !== undefined)
		visit(comment, path);
	const holds = node.type === 'TSInterfaceDeclaration' || node.type === 'ClassDeclaration';
	for (const [key, value] of Object.entries(node)) {
		if (key.endsWith('Comments') || key === 'loc' || key === 'tokens') continue;
		visitComments(value, holds ? path : owner, visit);
	}
}

/**
 * Returns the fences below `@example` in the doc comments of a source, in the form of `fencesOf`: `page` is the source, and
 * `heading` the name of what the comment is for, such as `Telemetry.update`.
 *
 * @throws if a fence is not closed, or if the source cannot be parsed
 */
export function examplesOf(file) {
	const text = readFileSync(join(ROOT, file), 'utf8');
	const { program } = parse(text, { sourceType: 'module', plugins: ['typescript', 'decorators'] });
	const fences = [];
	const seen = new Set();
	visitComments(program, '', (comment, name) => {
		if (seen.has(comment.start)) return;
		seen.add(comment.start);
		const { start } = comment.loc;
		const lines = comment.value.split('\n').map((line) => line.replace(/^\s*\*? ?/, ''));
		const first = lines.findIndex((line) => line.includes('@example'));
		const shown = lines.map((line, index) => (index <= first ? '' : line));
		fences.push(...fencesIn(file, ['\n'.repeat(start.line - 1), shown.join('\n')].join(''), name));
	});
	return fences;
}
