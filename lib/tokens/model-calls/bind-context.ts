import { activeContext, runInContext } from '../../runtime/active-context.js';
import { release } from '../../settling/common/finalization.js';
import type { Settlement } from '../../settling/common/settlement.js';
import { settle } from '../../settling/settle.js';
import { overrideMethod } from './override-method.js';

/**
 * Lets the result of a method do its work in the context in which the method was called. A client that makes its requests
 * while its stream is read would make them in the context of whoever reads. Nothing is counted here.
 *
 * @returns as `shadowMethod`
 */
export function bindContext(owner: object, key: string): boolean {
	return overrideMethod(owner, key, (behind, self, args) => {
		const context = activeContext();
		const carried = new PassThrough2((fn, receiver, given) => runInContext(context, fn, receiver, given));
		return settle(Reflect.apply(behind, self, args), carried);
	});
}

/** Follows a result and counts nothing. */
export class PassThrough2 implements Settlement {
	readonly run: Settlement['run'];
	readonly wantsItems = false;
	readonly watch = undefined;
	readonly #whole: (value: unknown) => void;
	#ended = false;

	/**
	 * @param run - in which context a stream does its work
	 * @param whole - told what a promise gave, before its consumer has it
	 */
	constructor(run: Settlement['run'], whole: (value: unknown) => void = () => {}) {
		this.run = run;
		this.#whole = whole;
	}

	get ended(): boolean {
		return this.#ended;
	}

	item(): void {}

	done(value: unknown): void {
		if (!this.#ended) this.#whole(value);
		this.#end();
	}

	failed(): void {
		this.#end();
	}

	cancelled(): void {
		this.#end();
	}

	abandoned(): void {
		this.#end();
	}

	#end(): void {
		this.#ended = true;
		release(this);
	}
}
