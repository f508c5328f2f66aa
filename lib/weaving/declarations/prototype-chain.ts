/** More prototypes than any class has; the walk ends there, because a proxy can make a chain without an end. */
const MAX_CHAIN = 100;

/**
 * Returns an object and its prototypes, without `Object.prototype` and `Function.prototype`. The chain ends at a proxy
 * that throws when its prototype is read, and after 100 objects. Never throws.
 */
export function chainOf(start: object): object[] {
	const chain: object[] = [];
	try {
		for (
			let object: object | null = start;
			object !== null && !isRoot(object) && chain.length < MAX_CHAIN;
			object = Object.getPrototypeOf(object)
		) {
			chain.push(object);
		}
	} catch {
		// A proxy may throw when its prototype is read. It is the last object of the chain then.
	}
	return chain;
}

/** True for the two prototypes that every object or function ends in. */
function isRoot(object: object): boolean {
	return object === Object.prototype || object === Function.prototype;
}

/**
 * Returns the class of a prototype or of an object that inherits from one; for a class, the class itself. Undefined if
 * there is none.
 */
export function classOf(owner: object): (abstract new (...args: never[]) => unknown) | undefined {
	if (typeof owner === 'function') return owner as abstract new (...args: never[]) => unknown;
	for (const object of chainOf(owner)) {
		const cls = descriptorOf(object, 'constructor')?.value as unknown;
		// An instance may have a field of that name, which is not its class.
		if (typeof cls === 'function' && cls.prototype === object) return cls as abstract new (...args: never[]) => unknown;
	}
	return undefined;
}

/** Returns the nearest object of a prototype chain that has the property itself, with the property's descriptor. */
export function findProperty(
	start: object,
	key: PropertyKey,
): { readonly owner: object; readonly descriptor: PropertyDescriptor } | undefined {
	for (const owner of chainOf(start)) {
		const descriptor = descriptorOf(owner, key);
		if (descriptor !== undefined) return { owner, descriptor };
	}
	return undefined;
}

/** Returns an own property's descriptor; undefined if there is none, or a proxy refuses to show it. */
function descriptorOf(owner: object, key: PropertyKey): PropertyDescriptor | undefined {
	try {
		return Object.getOwnPropertyDescriptor(owner, key);
	} catch {
		return undefined;
	}
}

/**
 * Returns the name of an object's class, or of a class; the nearest base class's name if it has none, as with the
 * classes that a mixin or a container derives (tsyringe's `@autoInjectable`); an empty text if no class has a name. A
 * static `name` that is a getter is not run.
 */
export function nameOfClass(owner: object): string {
	for (const object of chainOf(owner)) {
		const cls = classOf(object);
		const name: unknown = cls === undefined ? undefined : descriptorOf(cls, 'name')?.value;
		if (typeof name === 'string' && name !== '') return name;
	}
	return '';
}
