/** Any function, called with Reflect.apply. */
export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Puts `value` on the object itself, in front of the member that it inherits or owns under that key. The member stays
 * as enumerable and assignable as it was, so that `Object.keys`, spreading and a later assignment see no difference.
 *
 * @returns false where the object does not let itself be changed (frozen, sealed, a proxy that refuses)
 */
export function overrideProperty(target: object, key: PropertyKey, value: unknown): boolean {
	try {
		const own = Reflect.getOwnPropertyDescriptor(target, key);
		return Reflect.defineProperty(target, key, {
			value,
			writable: true,
			enumerable: own?.enumerable ?? false,
			configurable: own?.configurable ?? true,
		});
	} catch {
		return false;
	}
}

/** As `shadow`, for a member that is read through a getter. */
export function overrideAccessor(target: object, key: PropertyKey, accessor: Accessor): boolean {
	try {
		const own = Reflect.getOwnPropertyDescriptor(target, key);
		const { get, set } = accessor;
		const flags = { enumerable: own?.enumerable ?? false, configurable: true };
		return Reflect.defineProperty(target, key, set === undefined ? { get, ...flags } : { get, set, ...flags });
	} catch {
		return false;
	}
}

/** The two halves of an accessor; no setter where the member that is shadowed has none. */
export interface Accessor {
	get(this: unknown): unknown;
	set: ((this: unknown, value: unknown) => void) | undefined;
}

/** Prototype chains longer than this are a proxy's work, not a program's. */
const DEEPEST_CHAIN = 64;

/** The descriptor of an own or inherited member, without reading the member; undefined where there is none. */
export function descriptorOf(target: object, key: PropertyKey): PropertyDescriptor | undefined {
	const owner = ownerOf(target, key);
	return owner === undefined ? undefined : Reflect.getOwnPropertyDescriptor(owner, key);
}

/** The object of the prototype chain that owns the member; undefined where none does, or where the chain throws. */
export function ownerOf(target: object, key: PropertyKey): object | undefined {
	try {
		let owner: object | null = target;
		for (let depth = 0; owner !== null && depth < DEEPEST_CHAIN; depth++) {
			if (Object.hasOwn(owner, key)) return owner;
			owner = Reflect.getPrototypeOf(owner);
		}
	} catch {
		// A proxy's trap: nothing can be known of it.
	}
	return undefined;
}
