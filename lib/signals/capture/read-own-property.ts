import types from 'node:util/types';

/**
 * An own property's value, read without running anything: a getter answers undefined and `ran: false`. For arrays and
 * objects that are no proxies.
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

/** The name of an object's class, read without running anything; `Object` where it has none. */
export function className(value: object): string {
	for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
		if (types.isProxy(at)) return 'Proxy';
		const maker = readOwnProperty(at, 'constructor').value;
		if (typeof maker !== 'function' || types.isProxy(maker)) continue;
		const { value: name } = readOwnProperty(maker, 'name');
		if (typeof name === 'string' && name !== '') return name.slice(0, 80);
	}
	return 'Object';
}

/**
 * True for what is consumed by looking at it, or is no data: streams, iterators, promises. Looks for members by their
 * descriptors, so that nothing of it runs.
 */
export function isFlow(value: object): boolean {
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
