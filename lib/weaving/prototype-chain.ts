/** The prototypes of an object, itself first, Object.prototype and Function.prototype left out. A hostile proxy ends the walk. */
export function chainOf(start: object): object[] {
	const chain: object[] = [];
	try {
		for (
			let at: object | null = start;
			at !== null && !isRoot(at) && chain.length < 100;
			at = Object.getPrototypeOf(at)
		) {
			chain.push(at);
		}
	} catch {
		// A proxy that refuses to show its prototype is its own whole chain.
	}
	return chain;
}

function isRoot(at: object): boolean {
	return at === Object.prototype || at === Function.prototype;
}

/** The class that a prototype (or what inherits from it) belongs to; for a class, the class itself. */
export function classOf(owner: object): (abstract new (...args: never[]) => unknown) | undefined {
	if (typeof owner === 'function') return owner as abstract new (...args: never[]) => unknown;
	for (const at of chainOf(owner)) {
		const own = descriptor(at, 'constructor')?.value as unknown;
		if (typeof own === 'function' && own.prototype === at) return own as abstract new (...args: never[]) => unknown;
	}
	return undefined;
}

/** The nearest object of a chain that has the property itself, and the property's descriptor. */
export function findProperty(
	start: object,
	key: PropertyKey,
): { readonly owner: object; readonly descriptor: PropertyDescriptor } | undefined {
	for (const owner of chainOf(start)) {
		const found = descriptor(owner, key);
		if (found !== undefined) return { owner, descriptor: found };
	}
	return undefined;
}

function descriptor(owner: object, key: PropertyKey): PropertyDescriptor | undefined {
	try {
		return Object.getOwnPropertyDescriptor(owner, key);
	} catch {
		return undefined;
	}
}

/**
 * The nearest name of an object's class, or of a class; empty where there is none. A class that a mixin or a container
 * derives (tsyringe's `@autoInjectable`) has none itself. A static `name` that is a getter is not run.
 */
export function nameOfClass(owner: object): string {
	for (const at of chainOf(owner)) {
		const cls = classOf(at);
		const name: unknown = cls === undefined ? undefined : descriptor(cls, 'name')?.value;
		if (typeof name === 'string' && name !== '') return name;
	}
	return '';
}
