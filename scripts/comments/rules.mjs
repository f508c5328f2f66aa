import { join } from 'node:path';
import { ROOT } from '../fresh.mjs';
import { parseComment } from './doc-comment.mjs';
import { commentOf, literalsIn, membersOf, placeOf, ts } from './public-names.mjs';

/** The words that name the unit of a number. */
const UNITS =
	/\b(milliseconds?|ms|seconds?|days?|bytes|number of|numbers of|tokens|spans|records|points|lines?|values|levels?|deep|depth|characters|HTTP status|port|from 0 to 1|between 0 and 1|index|position|how many|how often|counts?|share|times)\b/i;
/** How the comment of a member that may be absent states when it is. */
const ABSENT = /\b(left out|undefined|absent|unset|omitted|present|never set|only if|set only)\b/i;
/** The interfaces that a caller fills in: their optional members have defaults. */
const FILLED_IN = /(Options|Config|Definition|Declaration|Hints|Sides|Places|Update|Backend|Parts|Advice)$/;
/** The interfaces of options, which need an example. */
const SHOWN = /(Options|Config|Definition|Declaration|Sides|Places|Update)$/;
/** The names that end like options and are results. */
const RESULTS = ['CaptureConfig', 'EffectiveConfig', 'EffectiveOptions', 'LoadedConfig'];
/** The most and the fewest lines of an example. */
const LENGTH = { least: 3, most: 12 };
/** The result that an example shows. */
const RESULT = /\/\/ (=>|throws|prints:)/;

/** Whether a type is a number, or a choice of types with one. A literal such as 403 is none, and no key is one. */
function isNumber(checker, type) {
	if (type.isUnion()) {
		const isKey = type.types.some((part) => (part.flags & ts.TypeFlags.ESSymbol) !== 0);
		return !isKey && type.types.some((part) => isNumber(checker, part));
	}
	return (type.flags & ts.TypeFlags.Number) !== 0 || isListOfNumbers(checker, type);
}

/** Whether a type is an array of numbers. */
function isListOfNumbers(checker, type) {
	if (!checker.isArrayType(type)) return false;
	const [item] = checker.getTypeArguments(type);
	return item !== undefined && (item.flags & ts.TypeFlags.Number) !== 0;
}

/** Whether a signature exists for the compiler's error alone: its first parameter is `never`. */
function matchesNoCall({ parameters }) {
	return parameters[0]?.type?.kind === ts.SyntaxKind.NeverKeyword;
}

/** Whether a call of this returns something that a comment can describe. */
function returnsSomething(checker, signature) {
	const returned = signature.getReturnType();
	// A type parameter that is void unless it is set is what a test runner's matchers return.
	const type = returned.isTypeParameter() ? (returned.getDefault() ?? returned) : returned;
	const settled = checker.getAwaitedType(type) ?? type;
	const nothing = ts.TypeFlags.Void | ts.TypeFlags.Undefined | ts.TypeFlags.Never;
	return (settled.flags & nothing) === 0 && !checker.typeToString(type).endsWith('this');
}

/** Returns the fault of an entry itself, as a list: its file begins with a comment, which describes the module. */
export function entryFaults(program, source) {
	const file = program.getSourceFile(join(ROOT, source));
	const [comment = ''] = /^\s*\/\*\*[\s\S]*?\*\//.exec(file.text) ?? [];
	const { summary, tags } = parseComment(comment);
	const isWhole = summary !== '' && tags.some(({ name }) => name === 'packageDocumentation');
	return isWhole ? [] : [`${source}:1: the entry has no comment with @packageDocumentation.`];
}

/**
 * Returns the faults of everything that an entry exports, one line each.
 *
 * @param exported - the result of `exportsOf`
 * @param seen - the declarations that were checked before; those checked are added
 */
export function faultsOf(program, exported, seen) {
	const checker = program.getTypeChecker();
	const faults = [];
	for (const { name, declarations } of exported) {
		const own = declarations.filter((node) => !node.getSourceFile().fileName.includes('/node_modules/'));
		for (const node of own) {
			if (seen.has(node)) continue;
			seen.add(node);
			checkDeclaration(name, node, own);
		}
	}
	return faults;

	function report(node, name, rule) {
		faults.push(`${placeOf(node)}: ${name} ${rule}`);
	}

	/** Checks a declaration that an entry exports. */
	function checkDeclaration(name, node, all) {
		const doc = checkComment(name, node);
		if (doc === undefined) return;
		const container = { name, doc, filledIn: FILLED_IN.test(name) && !RESULTS.includes(name) };
		const shown = SHOWN.test(name) && !RESULTS.includes(name);
		if (ts.isFunctionDeclaration(node)) {
			if (matchesNoCall(node)) return;
			checkCall(name, node, doc, undefined);
			checkExample(name, node, doc, node === all[0]);
		} else if (ts.isVariableDeclaration(node)) {
			checkThrows(name, node, doc);
			checkExample(name, node, doc, true);
		} else if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) {
			checkExample(name, node, doc, shown);
			for (const member of membersOf(node)) checkMember(container, member);
		} else if (ts.isTypeAliasDeclaration(node)) {
			checkExample(name, node, doc, shown);
			checkLiterals(container, node);
		}
	}

	/** Returns the parsed comment of a node, or undefined if it has none, which is a fault. */
	function checkComment(name, node) {
		const source = commentOf(node);
		const doc = source === undefined ? undefined : parseComment(source);
		if (doc === undefined || doc.summary === '') report(node, name, 'has no comment.');
		else if (/^The same (as|,)/.test(doc.summary)) report(node, name, 'has a comment that is not whole.');
		for (const { name: tag, text } of doc?.tags ?? [])
			if (text === '' && !['example', 'packageDocumentation'].includes(tag))
				report(node, name, `has an empty @${tag}.`);
		return doc?.summary === '' ? undefined : doc;
	}

	/** Checks a member of an interface, a class or an object type. */
	function checkMember(container, member) {
		const name = `${container.name}.${member.name?.getText() ?? 'constructor'}`;
		if (ts.isConstructorDeclaration(member)) {
			if (member.parameters.length === 0) return;
			const doc = checkComment(name, member);
			if (doc !== undefined) checkParameters(name, member, doc);
			checkLiterals({ ...container, name }, member);
			return;
		}
		if (ts.isCallSignatureDeclaration(member)) {
			if (commentOf(member) !== undefined)
				report(member, container.name, 'has a signature with a comment, which editors show in place of its own.');
			return;
		}
		const doc = checkComment(name, member);
		if (doc === undefined) return;
		checkNumber(name, member, checker.getTypeAtLocation(member), doc.text);
		const calls = checker.getNonNullableType(checker.getTypeAtLocation(member)).getCallSignatures();
		if (ts.isMethodSignature(member) || ts.isMethodDeclaration(member)) checkCall(name, member, doc, container.doc);
		else if (calls.length > 0) checkThrows(name, member, doc, container.doc);
		if (member.questionToken !== undefined) checkOptional(name, member, doc, container.filledIn);
		checkLiterals({ ...container, name }, member);
	}

	/** Checks the members of the object types that are written out in a declaration. */
	function checkLiterals(container, node) {
		for (const literal of literalsIn(node)) for (const member of membersOf(literal)) checkMember(container, member);
	}

	/** Checks what a function or method returns and throws, and its parameters. */
	function checkCall(name, node, doc, around) {
		const signature = checker.getSignatureFromDeclaration(node);
		const says = doc.tags.some((tag) => tag.name === 'returns') || /\b[Rr]eturn(s|ed)?\b/.test(doc.summary);
		if (returnsSomething(checker, signature) && !says) report(node, name, 'does not state what it returns.');
		checkThrows(name, node, doc, around);
		checkParameters(name, node, doc);
		if (ts.isFunctionDeclaration(node)) checkLiterals({ name, doc, filledIn: true }, node);
	}

	function checkThrows(name, node, doc, around) {
		const states = /\b(throw(s|n|ing)?|threw|rejects?)\b/i;
		if (!states.test(doc.text) && !states.test(around?.text ?? ''))
			report(node, name, 'does not state what it throws, or that it never throws.');
	}

	/** Checks that optional parameters have a default, and numbers a unit. */
	function checkParameters(name, node, doc) {
		for (const parameter of node.parameters) {
			const key = parameter.name.getText();
			const optional = parameter.questionToken !== undefined || parameter.initializer !== undefined;
			const type = checker.getTypeAtLocation(parameter);
			const index = doc.tags.findIndex((tag) => tag.name === 'param' && tag.text.split(/\s/, 1)[0] === key);
			const next = doc.tags[index + 1];
			if (index === -1) {
				if (optional || isNumber(checker, type)) report(node, name, `has no @param ${key}.`);
				continue;
			}
			if (optional && !['default', 'defaultValue'].includes(next?.name))
				report(node, name, `has no @default behind @param ${key}.`);
			checkNumber(`${name}(${key})`, parameter, type, doc.tags[index].text);
		}
	}

	function checkNumber(name, node, type, text) {
		if (isNumber(checker, type) && !UNITS.test(text)) report(node, name, 'is a number and has no unit.');
	}

	function checkOptional(name, node, doc, filledIn) {
		const stated = doc.tags.some((tag) => tag.name === 'default' || tag.name === 'defaultValue');
		if (!stated && (filledIn || !ABSENT.test(doc.text)))
			report(node, name, filledIn ? 'is optional and has no @default.' : 'does not state when it is left out.');
	}

	/** Checks the example of a declaration. */
	function checkExample(name, node, doc, needed) {
		const tags = doc.tags.filter((tag) => tag.name === 'example').length;
		if (tags === 0 && needed) report(node, name, 'has no @example.');
		if (tags > 1) report(node, name, 'has more than one @example.');
		if (tags === 0) return;
		const code = doc.examples.map((example) => example.code).join('\n');
		const lines = code.split('\n').filter((line) => line.trim() !== '').length;
		if (lines < LENGTH.least || lines > LENGTH.most)
			report(node, name, `has an example of ${lines} lines. It has ${LENGTH.least} to ${LENGTH.most}.`);
		if (!/\bfrom 'agentese-otel/.test(code)) report(node, name, 'has an example that imports nothing of the package.');
		if (!RESULT.test(code)) report(node, name, 'has an example without a result (=>, throws or prints:).');
	}
}
