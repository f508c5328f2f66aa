import { warnOnce } from '../../runtime/log-once.js';
import type { Member } from '../declarations/member.js';
import type { JoinPoint } from '../join-points/join-point.js';

/** What a dispatcher knows of an invocation beyond the call itself. All members are optional. */
export interface DispatchDetails {
	/**
	 * The invoked path, entity ids included, aliases expanded. @default the join point's template, filled with `params`
	 */
	readonly path?: string | undefined;
	/** The path as the caller wrote it, if it began with an alias. */
	readonly alias?: string | undefined;
	/** The values of the template's parameters, by name. @default the enclosing invocation's */
	readonly params?: Readonly<Record<string, string>> | undefined;
	/**
	 * The umwelt that the dispatcher received. It is wrapped in an object because null (the guest) and undefined differ.
	 */
	readonly umwelt?: { readonly observer: unknown } | undefined;
	/** The woven method that the dispatcher calls for this invocation: that one call starts no second invocation. */
	readonly claim?: Member | undefined;
}

/** The details of a method that is called directly. */
export const NOT_DISPATCHED: DispatchDetails = Object.freeze({});

/** The parameters of a path without parameters. It has no prototype, so that no inherited name reads as a parameter. */
export const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/**
 * Fills the parameters of a path's template: `world.town.:citizen` and `{ citizen: 'kent' }` give `world.town.kent`. A
 * parameter without a value stays as it is written.
 */
export function expandTemplate(template: string, params: Readonly<Record<string, string>>): string {
	return template.replace(/:(\w+)/g, (parameter, name) => params[name] ?? parameter);
}

/**
 * Returns the umwelt of a call: what the `observer` option returns if the decorator has one, else what the dispatcher
 * received, else the argument at the observer's position if the method has a path. Undefined means that the call names
 * no observer, null that it names the guest. Never throws: an `observer` option that throws counts as undefined.
 */
export function umweltOf(
	point: JoinPoint,
	{ umwelt }: DispatchDetails,
	args: readonly unknown[],
	self: unknown,
): unknown {
	const { observer } = point.options;
	try {
		if (observer !== undefined) return observer(args, self);
		if (umwelt !== undefined) return umwelt.observer;
		return point.template === undefined ? undefined : args[point.observerIndex];
	} catch (error) {
		warnOnce('option.observer', `the observer option of ${point.functionName} threw.`, error);
		return undefined;
	}
}
