import { list, printable, quote } from './escape.js';

/** What the message of an error contains beside the sentence about what happened. */
export interface ErrorHints {
	/** The rule that was broken, as a whole sentence. @default none */
	readonly why?: string | undefined;
	/** What to try, each in words that can follow "Try". @default none */
	readonly tries?: readonly string[] | undefined;
	/** Paths or aspects similar to the requested one, the nearest first. @default none */
	readonly related?: readonly string[] | undefined;
	/** The label of the related ones in the message. @default 'Related' */
	readonly relatedAs?: string | undefined;
	/** The error that caused this one. @default none */
	readonly cause?: unknown;
}

/**
 * The base class of all errors of AGENTESE. The message is one line with, in this order, what happened, why, what to
 * try, and what is related. Texts from outside are escaped and truncated before they are put into it.
 *
 * These errors have no `code`, so that telemetry reports the name of the class as `error.type`.
 */
export abstract class AgenteseError extends Error {
	/** The rule that was broken, as a whole sentence; empty if the error was created without one. */
	readonly why: string;
	/** What to try, each in words that can follow "Try". Frozen. */
	readonly hints: readonly string[];
	/** Paths or aspects similar to the requested one, the nearest first. Frozen. */
	readonly related: readonly string[];
	/** The HTTP status code of a response that reports this error. */
	abstract readonly status: number;

	/**
	 * Creates the error, and its message from all parts.
	 *
	 * @param what - what happened, as a whole sentence; texts from outside must be escaped already
	 * @param hints - the other parts of the message. @default none
	 */
	constructor(what: string, hints: ErrorHints = {}) {
		super(composeMessage(what, hints), hints.cause === undefined ? undefined : { cause: hints.cause });
		this.why = hints.why ?? '';
		this.hints = Object.freeze([...(hints.tries ?? [])]);
		this.related = Object.freeze([...(hints.related ?? [])]);
	}

	static {
		setName(AgenteseError, 'AgenteseError');
	}
}

/** Thrown for a text that is not a path, handle, template or alias, whichever was expected. */
export class PathSyntaxError extends AgenteseError {
	/** The given text, escaped, truncated and in quotes; the type of the given value if it is not a string. */
	readonly got: string;
	/** The exact fault, without a subject and a full stop: `ends with a dot`. */
	readonly fault: string;
	/** The text that was probably meant; undefined if none is near. */
	readonly suggestion: string | undefined;

	/**
	 * Creates the error for a text, or a value that is no text.
	 *
	 * @param noun - what was expected, with its article: `a path`, `a handle`
	 * @param got - what was given, escaped and truncated
	 * @param fault - what is wrong, in words that can follow "it"
	 * @param hints - the other parts of the message, and the text that was probably meant. @default none
	 */
	constructor(
		noun: string,
		got: string,
		fault: string,
		hints: ErrorHints & {
			/** The text that was probably meant. @default none */
			readonly suggestion?: string;
		} = {},
	) {
		super(`${got} is not ${noun}: it ${fault}.`, hints);
		this.got = got;
		this.fault = fault;
		this.suggestion = hints.suggestion;
	}

	/** Bad Request. */
	get status(): 400 {
		return 400;
	}

	static {
		setName(PathSyntaxError, 'PathSyntaxError');
	}
}

/** Thrown for a valid path that no registered resolver publishes. */
export class PathNotFoundError extends AgenteseError {
	/** The requested path, with its alias expanded. */
	readonly path: string;

	/**
	 * Creates the error for a path.
	 *
	 * @param path - the requested path, with its alias expanded
	 * @param similar - the most similar registered paths, the nearest first. @default none
	 */
	constructor(path: string, similar: readonly string[] = []) {
		const [first] = similar;
		const tries = [first === undefined ? 'registering a resolver that publishes it with @Aspect' : quote(first)];
		super(`No resolver answers ${quote(path)}.`, {
			why: 'A path is reachable only if a registered class publishes its aspect.',
			tries,
			related: similar,
		});
		this.path = path;
	}

	/** Not Found. */
	get status(): 404 {
		return 404;
	}

	static {
		setName(PathNotFoundError, 'PathNotFoundError');
	}
}

/** Thrown for an aspect that exists, but is not available to the observer's archetype. */
export class AffordanceError extends AgenteseError {
	/** The requested aspect. */
	readonly aspect: string;
	/** The archetype of the observer. */
	readonly archetype: string;

	/**
	 * Creates the error for an aspect and an archetype.
	 *
	 * @param aspect - the requested aspect
	 * @param archetype - the archetype of the observer
	 * @param available - the aspects that are available to this archetype, which become `related`. @default none
	 */
	constructor(aspect: string, archetype: string, available: readonly string[] = []) {
		const tries = [
			available.length > 0 ? 'one of those available' : 'another path',
			'an observer of another archetype',
		];
		super(`Aspect '${printable(aspect)}' not available to ${printable(archetype)}.`, {
			why: 'What a path affords depends on the observer.',
			tries,
			related: available,
			relatedAs: 'Available',
		});
		this.aspect = aspect;
		this.archetype = archetype;
	}

	/** Forbidden. */
	get status(): 403 {
		return 403;
	}

	static {
		setName(AffordanceError, 'AffordanceError');
	}
}

/** Thrown for a path that requires an observer and was invoked without one, that is, by the guest. */
export class ObserverRequiredError extends AgenteseError {
	/** The requested path, with its alias expanded. */
	readonly path: string;

	/**
	 * Creates the error for a path.
	 *
	 * @param path - the requested path, with its alias expanded
	 */
	constructor(path: string) {
		super(`${quote(path)} was invoked without an observer.`, {
			why: 'This path requires an observer and is not available to the guest.',
			tries: ['an umwelt with an id', 'the header X-Observer-Id over HTTP'],
		});
		this.path = path;
	}

	/** Unauthorized. */
	get status(): 401 {
		return 401;
	}

	static {
		setName(ObserverRequiredError, 'ObserverRequiredError');
	}
}

/** Thrown for an invocation that would charge a budget of which not enough is left. */
export class BudgetExhaustedError extends AgenteseError {
	/** The requested path, with its alias expanded. */
	readonly path: string;

	/**
	 * Creates the error for a path.
	 *
	 * @param path - the requested path, with its alias expanded
	 * @param budget - how much is spent of how much. @default the message states no amounts
	 */
	constructor(
		path: string,
		budget?: {
			/** The number of units that are spent. */
			readonly spent: number;
			/** The number of units that the budget has. */
			readonly limit: number;
			/** The name of the unit, in the plural. @default 'tokens' */
			readonly unit?: string;
		},
	) {
		const spent = budget && `${budget.spent} of ${budget.limit} ${printable(budget.unit ?? 'tokens')} are spent`;
		super(`The budget for ${quote(path)} is exhausted${spent === undefined ? '' : `: ${spent}`}.`, {
			why: 'An invocation that charges an exhausted budget is refused.',
			tries: ['again with a larger budget', 'an aspect that charges less'],
		});
		this.path = path;
	}

	/** Payment Required. */
	get status(): 402 {
		return 402;
	}

	static {
		setName(BudgetExhaustedError, 'BudgetExhaustedError');
	}
}

/** Thrown for a composition, `a.b.c >> d.e.f`, with an empty stage, with too many, or with stages that do not match. */
export class CompositionViolationError extends AgenteseError {
	/**
	 * Creates the error for a composition.
	 *
	 * @param composition - the whole text
	 * @param fault - what is wrong, in words that can follow "it"
	 * @param hints - the other parts of the message. @default none
	 */
	constructor(composition: string, fault: string, hints: ErrorHints = {}) {
		super(`${quote(composition)} is not a composition: it ${fault}.`, hints);
	}

	/** Unprocessable Content. */
	get status(): 422 {
		return 422;
	}

	static {
		setName(CompositionViolationError, 'CompositionViolationError');
	}
}

/** Thrown for a wrong use of a decorator: when the class is defined, never when it is used. */
export class DecorationError extends AgenteseError {
	/** The name of the class; empty for an anonymous class. */
	readonly class: string;
	/** The key of the member; undefined if the class itself is decorated. */
	readonly member: string | symbol | undefined;
	/** The rule that was broken; the same text as in `why`. */
	readonly rule: string;
	/** What was found instead. */
	readonly got: string;
	/** The way out; the only entry of `tries`. */
	readonly wayOut: string;

	/**
	 * Creates the error for one use of a decorator.
	 *
	 * @param use - the decorator, what it is on, and what is wrong
	 */
	constructor(use: {
		/** The decorator with its sign: `@Traced`. */
		readonly decorator: string;
		/** The name of the class; may be empty. */
		readonly class: string;
		/** The key of the member; undefined if the class itself is decorated. @default undefined */
		readonly member?: string | symbol | undefined;
		/** The rule that was broken, as a whole sentence. */
		readonly rule: string;
		/** What was found instead, escaped and truncated. */
		readonly got: string;
		/** The way out, in words that can follow "Try". */
		readonly wayOut: string;
		/** The error that caused this one. @default none */
		readonly cause?: unknown;
	}) {
		const member = use.member === undefined ? '' : `.${printable(String(use.member))}`;
		// A function, unlike a decorator, is not on a class.
		const isFunction = use.decorator.endsWith('()') && use.class === '';
		const on = isFunction ? '' : ` on ${printable(use.class) || 'an anonymous class'}${member}`;
		super(`${use.decorator}${on} got ${use.got}.`, {
			why: use.rule,
			tries: [use.wayOut],
			cause: use.cause,
		});
		this.class = use.class;
		this.member = use.member;
		this.rule = use.rule;
		this.got = use.got;
		this.wayOut = use.wayOut;
	}

	/** Internal Server Error. */
	get status(): 500 {
		return 500;
	}

	static {
		setName(DecorationError, 'DecorationError');
	}
}

/**
 * A related text with more characters than this is never among the tries, since `quote` truncates it there. It is
 * therefore not compared with them, which would read the whole text.
 */
const MAX_COMPARED = 80;

/** Joins the parts of a message to one line. A related text that is among the tries is not repeated. */
function composeMessage(what: string, hints: ErrorHints): string {
	const parts = [what];
	const tries = hints.tries ?? [];
	if (hints.why) parts.push(hints.why);
	if (tries.length > 0) parts.push(`Try ${tries.join(', or ')}.`);
	const more = (hints.related ?? []).filter((text) => text.length > MAX_COMPARED || !tries.includes(quote(text)));
	if (more.length > 0) parts.push(`${hints.relatedAs ?? 'Related'}: ${list(more)}.`);
	return parts.join(' ');
}

/** Sets the name of an error class. The name is given as a string, because bundlers shorten the names of classes. */
function setName(type: { readonly prototype: Error }, name: string): void {
	Object.defineProperty(type.prototype, 'name', { value: name, writable: true, configurable: true, enumerable: false });
}
