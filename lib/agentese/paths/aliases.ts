import { PathSyntaxError } from '../errors/errors.js';
import { quote } from '../errors/escape.js';
import { isContext, isSegment } from './grammar.js';
import { type Handle, parseHandle } from './template.js';

/** A path after its alias was replaced. */
export interface Expanded<T> {
	/** The path to go on with. */
	readonly path: T;
	/** What was given, where an alias was replaced. */
	readonly original?: string;
}

/** The aliases of one logos. */
export interface Aliases {
	/** Replaces the first segment where it is an alias. Never throws; what is no string is answered as it is. */
	expand<T>(text: T): Expanded<T | string>;
}

/**
 * Makes what expands aliases: with `{ me: 'self.soul' }`, `me.challenge` is `self.soul.challenge`. Only the first
 * segment is ever replaced, and only once. Aliases of another object's prototype do not count.
 *
 * @param record - alias to context or handle
 * @throws PathSyntaxError for an alias that is no segment or one of the five contexts, and for a target that is no
 * handle or has parameters
 */
export function makeAliases(record: Readonly<Record<string, string>> | undefined): Aliases {
	const targets = new Map(Object.entries(record ?? {}));
	let longest = 0;
	for (const [alias, target] of targets) {
		check(alias, target);
		longest = Math.max(longest, alias.length);
	}
	return Object.freeze({
		expand<T>(text: T): Expanded<T | string> {
			if (typeof text !== 'string' || targets.size === 0) return { path: text };
			const dot = text.indexOf('.');
			const end = dot < 0 ? text.length : dot;
			if (end > longest) return { path: text };
			const target = targets.get(text.slice(0, end));
			return target === undefined ? { path: text } : { path: target + text.slice(end), original: text };
		},
	});
}

function check(alias: string, target: unknown): void {
	if (isContext(alias)) {
		throw new PathSyntaxError('an alias', quote(alias), 'is a context', {
			why: 'What a context means is the same everywhere.',
			tries: ['another name for it'],
		});
	}
	if (!isSegment(alias)) {
		throw new PathSyntaxError('an alias', quote(alias), 'is not a segment', {
			why: 'An alias stands for the first segment of a path: a lower case letter, then letters, digits and "_".',
			tries: ['"me"'],
		});
	}
	const noun = `a target for the alias ${quote(alias, 40)}`;
	const handle = handleFor(noun, target);
	if (!handle.isTemplate) return;
	throw new PathSyntaxError(noun, quote(handle.handle), 'has parameters', {
		why: 'An alias stands for one thing.',
		tries: ['a handle without parameters'],
	});
}

/** Parses the target, so that an error names the alias too. */
function handleFor(noun: string, target: unknown): Handle {
	try {
		return parseHandle(target);
	} catch (cause) {
		if (!(cause instanceof PathSyntaxError)) throw cause;
		const { got, fault, why, tries, suggestion } = cause;
		throw new PathSyntaxError(noun, got, fault, { why, tries, cause, ...(suggestion !== undefined && { suggestion }) });
	}
}
