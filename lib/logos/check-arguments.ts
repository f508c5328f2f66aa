import { DecorationError } from '../agentese/errors/errors.js';
import { nearest } from '../agentese/errors/nearest.js';
import { nameOfClass } from '../weaving/declarations/prototype-chain.js';
import { ownerHandle } from '../weaving/join-points/join-point.js';

/** The legal keys of `LogosOptions`, in the order of the documentation. */
const KEYS = ['aliases', 'use'] as const;

const RESOLVERS = 'The resolvers are a list, or an object of them by their handles.';
const ONE_LIST = "createLogos([new Soul()]) or createLogos({ 'self.soul': new Soul() })";

/**
 * Returns the resolvers as a list.
 *
 * @throws DecorationError if they are neither a list nor a plain object, if one is no object, or if one does not have the
 *   handle by which it is given
 */
export function listedResolvers(resolvers: unknown): readonly object[] {
	if (Array.isArray(resolvers)) {
		for (const [at, resolver] of resolvers.entries()) {
			if (!isResolver(resolver)) throw wrongUse(RESOLVERS, `${typeInWords(resolver)} as resolver ${at + 1}`, ONE_LIST);
		}
		return resolvers as readonly object[];
	}
	if (!isPlainObject(resolvers)) throw wrongUse(RESOLVERS, `${typeInWords(resolvers)} for resolvers`, ONE_LIST);
	return Object.entries(resolvers).map(([handle, resolver]) => {
		if (!isResolver(resolver)) throw wrongUse(RESOLVERS, `${typeInWords(resolver)} for '${shown(handle)}'`, ONE_LIST);
		refuseOtherHandle(handle, resolver);
		return resolver;
	});
}

/** Throws a DecorationError for a resolver that has another handle than the one by which it is given, or none. */
function refuseOtherHandle(given: string, resolver: object): void {
	const own = ownerHandle(resolver);
	if (own === given) return;
	throw new DecorationError({
		decorator: 'createLogos()',
		class: nameOfClass(resolver),
		rule: 'A resolver is given by the handle that its class declares.',
		got: own === undefined ? `'${shown(given)}' for a resolver without a handle` : `'${shown(given)}' for '${own}'`,
		wayOut: own === undefined ? `@Resolver('${shown(given)}') on its class` : `'${own}' as the key`,
	});
}

/** Throws a DecorationError for options that are no object, for an unknown key, and for a wrong value. */
export function refuseWrongOptions(options: unknown): void {
	const legal = `The legal options are ${KEYS.join(', ')}.`;
	if (typeof options !== 'object' || options === null || Array.isArray(options)) {
		throw wrongUse(legal, `${typeInWords(options)} for options`, 'an object of options, or none');
	}
	const unknown = Object.keys(options).find((key) => !(KEYS as readonly string[]).includes(key));
	if (unknown !== undefined) {
		const near = KEYS.find((key) => key.startsWith(unknown)) ?? nearest(unknown, KEYS, 1)[0];
		throw wrongUse(legal, `the option '${shown(unknown)}'`, near === undefined ? 'one of them' : `'${near}'`);
	}
	const { aliases, use } = options as { aliases?: unknown; use?: unknown };
	if (aliases !== undefined && !isPlainObject(aliases)) {
		const rule = "The option 'aliases' is an object of handles by their aliases.";
		throw wrongUse(rule, `${typeInWords(aliases)} for aliases`, "aliases: { me: 'self.soul' }");
	}
	if (use !== undefined && !(Array.isArray(use) && use.every((item) => typeof item === 'function'))) {
		const rule = "The option 'use' is an array of middleware.";
		const wrong = Array.isArray(use) ? use.findIndex((item) => typeof item !== 'function') : -1;
		const got = Array.isArray(use)
			? `${typeInWords(use[wrong])} as middleware ${wrong + 1}`
			: `${typeInWords(use)} for use`;
		throw wrongUse(rule, got, 'use: [async (path, umwelt, args, next) => next(path, umwelt, args)]');
	}
}

/** True for what can be a resolver: an instance, a class or an object. */
function isResolver(value: unknown): value is object {
	return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** True for an object literal, and for an object without a prototype. */
function isPlainObject(value: unknown): value is object {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === null;
}

/** Returns the type of a value with an article, such as `a string`; the class of an instance. */
function typeInWords(value: unknown): string {
	if (value === null || value === undefined) return String(value);
	if (Array.isArray(value)) return 'an array';
	if (typeof value === 'object') {
		const name = nameOfClass(value);
		return name === '' || name === 'Object' ? 'an object' : `an instance of ${name}`;
	}
	return `a ${typeof value}`;
}

/** Returns a text of the caller's as it is shown in a message: at most 80 characters. */
function shown(text: string): string {
	return text.slice(0, 80);
}

/** Returns the error for wrong arguments of `createLogos`. */
function wrongUse(rule: string, got: string, wayOut: string): DecorationError {
	return new DecorationError({ decorator: 'createLogos()', class: '', rule, got, wayOut });
}
