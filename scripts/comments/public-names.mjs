import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { ROOT } from '../fresh.mjs';

/** The compiler of API Extractor: the one that the package is built with has no interface for programs. */
const require = createRequire(createRequire(import.meta.url).resolve('@microsoft/api-extractor'));
export const ts = require('typescript');

/** Returns the options that the package is compiled with. */
export function compilerOptions() {
	const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
	return ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT).options;
}

/** Returns the program of the entries, with the options that the package is compiled with. */
export function programOf(entries) {
	return ts.createProgram(
		entries.map((file) => join(ROOT, file)),
		compilerOptions(),
	);
}

/** Returns the doc comment in front of a declaration, with its marks, or undefined. */
export function commentOf(node) {
	const holder = ts.isVariableDeclaration(node) ? node.parent.parent : node;
	const text = holder.getSourceFile().text;
	const ranges = ts.getLeadingCommentRanges(text, holder.getFullStart()) ?? [];
	const last = ranges.map(({ pos, end }) => text.slice(pos, end)).findLast((comment) => comment.startsWith('/**'));
	return last;
}

/** Returns the place of a node as `file:line`, from the root. */
export function placeOf(node) {
	const file = node.getSourceFile();
	const { line } = file.getLineAndCharacterOfPosition(node.getStart());
	return `${relative(ROOT, file.fileName)}:${line + 1}`;
}

/** Returns what an entry exports: the names, and for each the declarations in the package's sources. */
export function exportsOf(program, entry) {
	const checker = program.getTypeChecker();
	const file = program.getSourceFile(join(ROOT, entry));
	return checker.getExportsOfModule(checker.getSymbolAtLocation(file)).map((symbol) => {
		const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
		return { name: symbol.name, declarations: publicDeclarations(target.declarations ?? []) };
	});
}

/** Returns the declarations that a user sees: of a function with overloads all but the implementation. */
function publicDeclarations(declarations) {
	const functions = declarations.filter((node) => ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node));
	if (functions.length < 2) return declarations;
	return declarations.filter((node) => !functions.includes(node) || node.body === undefined);
}

/** Returns the members that are declared in an interface or class and that a user sees, with the name of each. */
export function membersOf(node) {
	return node.members.filter((member) => {
		if (ts.isClassStaticBlockDeclaration(member) || ts.isIndexSignatureDeclaration(member)) return false;
		if (member.name !== undefined && ts.isPrivateIdentifier(member.name)) return false;
		return (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0;
	});
}

/**
 * Returns the object types that are written out in the type of a declaration, without the types of callbacks and without
 * the patterns of conditional types.
 */
export function literalsIn(node) {
	const found = [];
	const visit = (child) => {
		if (
			ts.isIndexedAccessTypeNode(child) ||
			ts.isConditionalTypeNode(child) ||
			ts.isBlock(child) ||
			ts.isExpression(child)
		)
			return;
		if (ts.isTypeLiteralNode(child)) found.push(child);
		else ts.forEachChild(child, visit);
	};
	if (node.type !== undefined) visit(node.type);
	for (const parameter of node.parameters ?? []) if (parameter.type !== undefined) visit(parameter.type);
	return found;
}
