import { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, hasOwn } from '../../runtime/intrinsics.js';
/** Any function; it is called with `Reflect.apply`. */
export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Defines a property on the object itself, which overrides the member that it owns or inherits under that key. The
 * property is as enumerable as the member was, and writable, so that `Object.keys()`, spreading and a later assignment
 * see no difference. Never throws.
 *
 * @returns false if the object cannot be changed (frozen, sealed, a proxy that refuses)
 */
export function overrideProperty(target: object, key: PropertyKey, value: unknown): boolean {
	try {
		const own = getOwnPropertyDescriptor(target, key);
		return defineProperty(target, key, {
			value,
			writable: true,
			enumerable: own?.enumerable ?? false,
			configurable: own?.configurable ?? true,
		});
	} catch {
		return false;
	}
}

/** Does what `overrideProperty()` does, for a member that is read through a getter. */
export function overrideAccessor(target: object, key: PropertyKey, accessor: Accessor): boolean {
	try {
		const own = getOwnPropertyDescriptor(target, key);
		const { get, set } = accessor;
		const flags = { enumerable: own?.enumerable ?? false, configurable: true };
		return defineProperty(target, key, set === undefined ? { get, ...flags } : { get, set, ...flags });
	} catch {
		return false;
	}
}

/** The two functions of an accessor property. */
interface Accessor {
	/** Returns the value of the property. */
	get(this: unknown): unknown;
	/** Sets the property; undefined if the overridden member has no setter. */
	set: ((this: unknown, value: unknown) => void) | undefined;
}

/** The number of prototypes that are searched. Only a proxy makes a longer chain. */
const MAX_CHAIN_DEPTH = 64;

/** Returns the descriptor of an own or inherited member, without reading the member; undefined if there is none. */
export function descriptorOf(target: object, key: PropertyKey): PropertyDescriptor | undefined {
	const owner = ownerOf(target, key);
	return owner === undefined ? undefined : getOwnPropertyDescriptor(owner, key);
}

/**
 * Returns the object of the prototype chain that owns the member; undefined if none does, or if a proxy in the chain
 * throws.
 */
export function ownerOf(target: object, key: PropertyKey): object | undefined {
	try {
		let owner: object | null = target;
		for (let depth = 0; owner !== null && depth < MAX_CHAIN_DEPTH; depth++) {
			if (hasOwn(owner, key)) return owner;
			owner = getPrototypeOf(owner);
		}
	} catch {
		// A trap of a proxy threw: the owner cannot be found.
	}
	return undefined;
}
