import { parse } from '@babel/parser';

/** Operators whose result is the opposite. */
const NEGATED = { '===': '!==', '!==': '===', '==': '!=', '!=': '==', '&&': '||', '||': '&&' };

/** Operators that differ from another in the boundary alone. */
const BOUNDARIES = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };

/** Nodes that exist for the compiler alone, by the beginning of their type. */
const TYPES = /^TS(?!NonNull|As|Satisfies|ParameterProperty|Enum|ExportAssignment)/;

/**
 * One small change of a source file.
 *
 * @typedef {object} Mutation
 * @property {string} kind - `condition`, `boundary`, `statement`, `return`, `catch`, `finally`, `constant` or `default`
 * @property {number} start - where the replaced text begins, in UTF-16 code units from the beginning of the file
 * @property {number} end - where it ends, exclusive
 * @property {string} text - what replaces it
 */

/** Returns the test of a condition, an `if`, a loop or a `?:`, negated. */
const negated = ({ start, end }, text) => ({ kind: 'condition', start, end, text: `!(${text.slice(start, end)})` });

/** The mutations of one kind of node, by its type; each gets the node and the whole text. */
const KINDS = {
	IfStatement: ({ test }, text) => [negated(test, text)],
	ConditionalExpression: ({ test }, text) => [negated(test, text)],
	WhileStatement: ({ test }) => [{ kind: 'condition', start: test.start, end: test.end, text: 'false' }],
	BinaryExpression: (node, text) => operator(node, text),
	LogicalExpression: (node, text) => [
		...operator(node, text),
		...(node.operator === '??'
			? [{ kind: 'default', start: node.start, end: node.end, text: text.slice(node.left.start, node.left.end) }]
			: []),
	],
	AssignmentPattern: ({ left, start, end }, text) => [
		{ kind: 'default', start, end, text: text.slice(left.start, left.end) },
	],
	ExpressionStatement: ({ start, end, expression }) =>
		expression.type === 'CallExpression' && expression.callee.type === 'Super'
			? []
			: [{ kind: 'statement', start, end, text: ';' }],
	ReturnStatement: ({ argument, start, end }) =>
		argument === null || isUndefined(argument) ? [] : [{ kind: 'return', start, end, text: 'return undefined;' }],
	TryStatement: ({ handler, finalizer }) => [
		...(handler ? [dropped('catch', handler.body, "{ throw new Error('mutant'); }")] : []),
		...(finalizer && finalizer.body.length > 0 ? [dropped('finally', finalizer, '{}')] : []),
	],
	NumericLiteral: ({ start, end, value }) => [{ kind: 'constant', start, end, text: String(value + 1) }],
};

const dropped = (kind, { start, end }, text) => ({ kind, start, end, text });
const isUndefined = ({ type, name }) => type === 'Identifier' && name === 'undefined';

function operator({ operator: found, left, right }, text) {
	const kind = found in BOUNDARIES ? 'boundary' : 'condition';
	const other = BOUNDARIES[found] ?? NEGATED[found];
	if (other === undefined) return [];
	const start = text.indexOf(found, left.end);
	// A comment between the operands may hold the operator's text.
	if (start === -1 || start >= right.start || text.slice(left.end, start).includes('/')) return [];
	return [{ kind, start, end: start + found.length, text: other }];
}

/**
 * Returns every mutation of a TypeScript source, in the order of the text. What exists for the compiler alone (types,
 * overloads, `declare`) has none.
 *
 * @param {string} text - the source
 * @returns {Mutation[]}
 * @throws SyntaxError if the text is not TypeScript
 */
export function mutationsOf(text) {
	const { program } = parse(text, { sourceType: 'module', plugins: ['typescript', 'decorators'] });
	const found = [];
	const visit = (node) => {
		if (node === null || typeof node !== 'object') return;
		if (Array.isArray(node)) {
			for (const one of node) visit(one);
			return;
		}
		if (typeof node.type !== 'string' || TYPES.test(node.type) || node.declare === true) return;
		found.push(...(KINDS[node.type]?.(node, text) ?? []));
		for (const [key, value] of Object.entries(node)) if (key !== 'loc' && !/omments$/.test(key)) visit(value);
	};
	visit(program);
	return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Returns the text with one mutation made. */
export function mutate(text, { start, end, text: replacement }) {
	return text.slice(0, start) + replacement + text.slice(end);
}
