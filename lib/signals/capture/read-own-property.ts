import types from 'node:util/types';

/**
 * Reads an own property without running any code of the value. The value must not be a proxy.
 *
 * @returns the value, undefined if there is no such property; for an accessor `getter: true` and no value
 */
export function readOwnProperty(
	value: object,
	key: PropertyKey,
): { readonly value: unknown; readonly getter: boolean } {
	const descriptor = Object.getOwnPropertyDescriptor(value, key);
	return descriptor === undefined || 'value' in descriptor
		? { value: descriptor?.value, getter: false }
		: { value: undefined, getter: true };
}

/**
 * Returns the name of an object's class, at most 80 characters, without running any code of the object; `Object` if it
 * has none, `Proxy` if a proxy is among its prototypes.
 */
export function className(value: object): string {
	for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
		if (types.isProxy(at)) return 'Proxy';
		const classFunction = readOwnProperty(at, 'constructor').value;
		if (typeof classFunction !== 'function' || types.isProxy(classFunction)) continue;
		const { value: name } = readOwnProperty(classFunction, 'name');
		if (typeof name === 'string' && name !== '') return name.slice(0, 80);
	}
	return 'Object';
}

/**
 * Returns true for streams, iterators, observables and promises: reading them would consume them, or they hold no data
 * yet. Members are found by their descriptors, so that no code of the value runs.
 */
export function isConsumable(value: object): boolean {
	if (types.isPromise(value) || types.isGeneratorObject(value)) return true;
	return ['next', 'then', 'pipe', 'getReader', 'getWriter', 'subscribe', Symbol.asyncIterator].some((key) => {
		for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
			if (types.isProxy(at)) return false;
			const descriptor = Object.getOwnPropertyDescriptor(at, key);
			if (descriptor !== undefined) return typeof descriptor.value === 'function';
		}
		return false;
	});
}
