import { list, printable, quote } from './escape.js';

/** What an error says beyond what happened. */
export interface ErrorHints {
	/** The rule that was broken, as a whole sentence. */
	readonly why?: string | undefined;
	/** What to try, each so that it can follow the word "Try". */
	readonly tries?: readonly string[] | undefined;
	/** Paths or aspects near to what was asked for. */
	readonly related?: readonly string[] | undefined;
	/** The word before the related ones.
	 * @default 'Related' */
	readonly relatedAs?: string | undefined;
	/** The error underneath. */
	readonly cause?: unknown;
}

/**
 * What every error of AGENTESE is. Its message is one line in the order of the origin: what happened, why, what to
 * try, what is related. Texts that came from outside are escaped and cut before they get into it.
 *
 * None carries a `code`, so that telemetry names it by its class (`error.type`).
 */
export abstract class AgenteseError extends Error {
	/** The rule that was broken; empty where what happened says it all. */
	readonly why: string;
	/** What to try, each so that it can follow the word "Try". */
	readonly tries: readonly string[];
	/** Paths or aspects near to what was asked for, the nearest first. */
	readonly related: readonly string[];
	/** The status with which it is answered over HTTP. */
	abstract readonly status: number;

	constructor(what: string, hints: ErrorHints = {}) {
		super(compose(what, hints), hints.cause === undefined ? undefined : { cause: hints.cause });
		this.why = hints.why ?? '';
		this.tries = Object.freeze([...(hints.tries ?? [])]);
		this.related = Object.freeze([...(hints.related ?? [])]);
	}

	static {
		named(AgenteseError, 'AgenteseError');
	}
}

/** A text that is no path, handle or template. */
export class PathSyntaxError extends AgenteseError {
	/** What was given, escaped, cut and between quotes; its type, where it is no string. */
	readonly got: string;
	/** The exact fault, without subject and full stop: `ends with a dot`. */
	readonly fault: string;
	/** The text that was meant, where one is near. */
	readonly suggestion: string | undefined;

	/**
	 * @param noun - what it should have been: `a path`, `a handle`
	 * @param got - what was given, fit to be shown
	 * @param fault - so that it can follow "it"
	 */
	constructor(noun: string, got: string, fault: string, hints: ErrorHints & { readonly suggestion?: string } = {}) {
		super(`${got} is not ${noun}: it ${fault}.`, hints);
		this.got = got;
		this.fault = fault;
		this.suggestion = hints.suggestion;
	}

	get status(): 400 {
		return 400;
	}

	static {
		named(PathSyntaxError, 'PathSyntaxError');
	}
}

/** A path that nothing registered answers. */
export class PathNotFoundError extends AgenteseError {
	/** The path that was asked for, expanded. */
	readonly path: string;

	/** @param similar - the most similar registered paths, the nearest first: what `nearestPaths` answers */
	constructor(path: string, similar: readonly string[] = []) {
		const [first] = similar;
		const tries = [first === undefined ? 'registering a resolver that publishes it' : quote(first)];
		super(`No resolver answers ${quote(path)}.`, {
			why: 'A path is reached only where a registered class publishes its aspect.',
			tries,
			related: similar,
		});
		this.path = path;
	}

	get status(): 404 {
		return 404;
	}

	static {
		named(PathNotFoundError, 'PathNotFoundError');
	}
}

/** An aspect that is there, but not for who asks. */
export class AffordanceError extends AgenteseError {
	/** The aspect that was asked for. */
	readonly aspect: string;
	/** The archetype of the observer that asked. */
	readonly archetype: string;

	/** @param available - the aspects that this archetype is afforded; they stand in `related` */
	constructor(aspect: string, archetype: string, available: readonly string[] = []) {
		const tries = [
			available.length > 0 ? 'one of those available' : 'another path',
			'an observer of another archetype',
		];
		super(`Aspect '${printable(aspect)}' not available to ${printable(archetype)}.`, {
			why: 'What a path affords depends on who asks.',
			tries,
			related: available,
			relatedAs: 'Available',
		});
		this.aspect = aspect;
		this.archetype = archetype;
	}

	get status(): 403 {
		return 403;
	}

	static {
		named(AffordanceError, 'AffordanceError');
	}
}

/** A path that the guest may not ask for. */
export class ObserverRequiredError extends AgenteseError {
	/** The path that was asked for. */
	readonly path: string;

	constructor(path: string) {
		super(`${quote(path)} was invoked by no observer.`, {
			why: 'There is no view from nowhere, and for this path the guest does not do.',
			tries: ['an umwelt with an id', 'the header X-Observer-Id over HTTP'],
		});
		this.path = path;
	}

	get status(): 401 {
		return 401;
	}

	static {
		named(ObserverRequiredError, 'ObserverRequiredError');
	}
}

/** An invocation that would cost more than is left. */
export class BudgetExhaustedError extends AgenteseError {
	/** The path that was asked for. */
	readonly path: string;

	/** @param budget - how much is spent of how much, in the unit's own count; the unit is `tokens` unless said */
	constructor(path: string, budget?: { readonly spent: number; readonly limit: number; readonly unit?: string }) {
		const spent = budget && `${budget.spent} of ${budget.limit} ${printable(budget.unit ?? 'tokens')} are spent`;
		super(`The budget for ${quote(path)} is exhausted${spent === undefined ? '' : `: ${spent}`}.`, {
			why: 'An invocation that charges a budget is refused when nothing is left of it.',
			tries: ['again with a larger budget', 'an aspect that charges less'],
		});
		this.path = path;
	}

	get status(): 402 {
		return 402;
	}

	static {
		named(BudgetExhaustedError, 'BudgetExhaustedError');
	}
}

/** A composition whose stages do not fit together. */
export class CompositionViolationError extends AgenteseError {
	/** @param fault - so that it can follow "it" */
	constructor(composition: string, fault: string, hints: ErrorHints = {}) {
		super(`${quote(composition)} is not a composition: it ${fault}.`, hints);
	}

	get status(): 422 {
		return 422;
	}

	static {
		named(CompositionViolationError, 'CompositionViolationError');
	}
}

/** Where and how a decorator was used wrongly. */
export interface WrongUse {
	/** The decorator with its sign: `@Traced`. */
	readonly decorator: string;
	/** The class's name. */
	readonly class: string;
	/** The member's name; left out where the class itself is decorated. */
	readonly member?: string | symbol | undefined;
	/** The rule that was broken, as a whole sentence. */
	readonly rule: string;
	/** What was found instead, fit to be shown. */
	readonly got: string;
	/** The way out, so that it can follow the word "Try". */
	readonly wayOut: string;
	/** The error underneath. */
	readonly cause?: unknown;
}

/** Wrong use of a decorator: thrown when the class is defined, never when it is used. */
export class DecorationError extends AgenteseError {
	/** The class's name. */
	readonly class: string;
	/** The member's name; undefined where the class itself is decorated. */
	readonly member: string | symbol | undefined;
	/** The rule that was broken; the same as in `why`. */
	readonly rule: string;
	/** What was found instead. */
	readonly got: string;
	/** The way out. */
	readonly wayOut: string;

	constructor(use: WrongUse) {
		const member = use.member === undefined ? '' : `.${printable(String(use.member))}`;
		super(`${use.decorator} on ${printable(use.class) || 'an anonymous class'}${member} got ${use.got}.`, {
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

	get status(): 500 {
		return 500;
	}

	static {
		named(DecorationError, 'DecorationError');
	}
}

/** What is longer is shown cut, so that it stands among the tries in no case and need not be looked at whole. */
const LONG = 80;

function compose(what: string, hints: ErrorHints): string {
	const parts = [what];
	const tries = hints.tries ?? [];
	if (hints.why) parts.push(hints.why);
	if (tries.length > 0) parts.push(`Try ${tries.join(', or ')}.`);
	const more = (hints.related ?? []).filter((text) => text.length > LONG || !tries.includes(quote(text)));
	if (more.length > 0) parts.push(`${hints.relatedAs ?? 'Related'}: ${list(more)}.`);
	return parts.join(' ');
}

/** Said as a string rather than taken from the class, because bundlers shorten the names of classes. */
function named(type: { readonly prototype: Error }, name: string): void {
	Object.defineProperty(type.prototype, 'name', { value: name, writable: true, configurable: true, enumerable: false });
}
