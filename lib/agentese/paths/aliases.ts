import { PathSyntaxError } from '../errors/errors.js';
import { quote } from '../errors/escape.js';
import { isContext, isSegment } from './grammar.js';
import { type Handle, parseHandle } from './template.js';

/** The result of expanding an alias. */
interface Expanded<T> {
	/** The expanded path, or the given value if it has no alias. */
	readonly path: T;
	/** The given text; undefined if no alias was expanded. */
	readonly original?: string;
}

/** The aliases of one logos. Frozen. */
export interface Aliases {
	/** Replaces the first segment if it is an alias. Returns a value that is not a string as it is. Never throws. */
	expand<T>(text: T): Expanded<T | string>;
}

/**
 * Creates the aliases of a record: with `{ me: 'self.soul' }`, `me.challenge` expands to `self.soul.challenge`. Only
 * the first segment is replaced, and only once. Properties that the record inherits are not aliases, and later changes
 * of the record have no effect.
 *
 * @param record - the targets, each a context or a handle, by alias. @default none
 * @throws PathSyntaxError for an alias that is not a segment or is one of the five contexts, and for a target that is
 * not a handle or has parameters
 */
export function createAliases(record: Readonly<Record<string, string>> | undefined): Aliases {
	const targets = new Map(Object.entries(record ?? {}));
	// The length of the longest alias: a longer first segment is not looked up, however long it is.
	let longest = 0;
	for (const [alias, target] of targets) {
		checkAlias(alias, target);
		longest = Math.max(longest, alias.length);
	}
	return Object.freeze({
		expand<T>(text: T): Expanded<T | string> {
			if (typeof text !== 'string' || targets.size === 0) return { path: text };
			// Only the first segment is looked up. The rest of the text is neither read nor checked here.
			const dot = text.indexOf('.');
			const end = dot < 0 ? text.length : dot;
			if (end > longest) return { path: text };
			const target = targets.get(text.slice(0, end));
			return target === undefined ? { path: text } : { path: target + text.slice(end), original: text };
		},
	});
}

/** Throws a PathSyntaxError if the alias or its target is not valid. */
function checkAlias(alias: string, target: unknown): void {
	if (isContext(alias)) {
		throw new PathSyntaxError('an alias', quote(alias), 'is a context', {
			why: 'An alias cannot replace one of the five contexts.',
			tries: ['another name for it'],
		});
	}
	if (!isSegment(alias)) {
		throw new PathSyntaxError('an alias', quote(alias), 'is not a segment', {
			why: 'An alias replaces the first segment of a path: a lower case letter, then letters, digits and "_".',
			tries: ['"me"'],
		});
	}
	const noun = `a target for the alias ${quote(alias, 40)}`;
	const handle = parseTarget(noun, target);
	if (!handle.isTemplate) return;
	throw new PathSyntaxError(noun, quote(handle.handle), 'has parameters', {
		why: 'The target of an alias is one context or handle.',
		tries: ['a handle without parameters'],
	});
}

/** Parses the target. An error also names the alias, as part of `noun`. */
function parseTarget(noun: string, target: unknown): Handle {
	try {
		return parseHandle(target);
	} catch (cause) {
		if (!(cause instanceof PathSyntaxError)) throw cause;
		const { got, fault, why, hints: tries, suggestion } = cause;
		throw new PathSyntaxError(noun, got, fault, { why, tries, cause, ...(suggestion !== undefined && { suggestion }) });
	}
}
