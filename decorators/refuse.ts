import { DecorationError } from '../lib/agentese/errors/errors.js';
import { type DecoratorTarget, targetNames } from '../lib/weaving/declarations/decorator-target.js';

/** The parts of the message about wrong use of a decorator. */
interface WrongUse {
	/** The decorator with its `@`. */
	readonly decorator: string;
	/** The rule that is broken, as a whole sentence. */
	readonly rule: string;
	/** What the decorator got, so that it can follow the word "got". */
	readonly got: string;
	/** What to do instead, so that it can follow the word "Try". */
	readonly wayOut: string;
	readonly cause?: unknown;
}

/** Returns the error for a decorator on a wrong target or with a wrong option; undefined is a target that is none. */
export function decorationError(target: DecoratorTarget | undefined, wrongUse: WrongUse): DecorationError {
	return new DecorationError({ ...wrongUse, ...(target === undefined ? { class: '' } : targetNames(target)) });
}

/** Returns a decorator's target in words: `a getter`, `a parameter`. */
export function describeTarget(target: DecoratorTarget | undefined): string {
	if (target === undefined) return 'neither a class nor a member of one';
	if (target.type !== 'member') return `a ${target.type}`;
	return target.kind === 'accessor' ? 'an accessor' : `a ${target.kind}`;
}
