import types from 'node:util/types';

/**
 * The value of an own data property. A getter does not run: it answers undefined, and so does what is inherited.
 * The getters of a streamed result of the Vercel AI SDK would begin to drain the stream.
 */
export function readOwnProperty(object: object, key: string): unknown {
	return Object.getOwnPropertyDescriptor(object, key)?.value;
}

/** The value if it is an object that may be looked into: no array, and no proxy, whose traps would run. */
export function plain(value: unknown): object | undefined {
	if (value === null || typeof value !== 'object' || types.isProxy(value) || Array.isArray(value)) return undefined;
	return value;
}

/** An own property that is such an object. */
export function part(object: object | undefined, key: string): object | undefined {
	return object === undefined ? undefined : plain(readOwnProperty(object, key));
}

/** An own property that is an array; undefined for a proxy of one. */
export function list(object: object | undefined, key: string): unknown[] | undefined {
	return object === undefined ? undefined : asList(readOwnProperty(object, key));
}

/** The objects among the first thousand items of an own property that is an array. */
export function items(object: object | undefined, key: string): object[] {
	return objectsOf(list(object, key), plain);
}

/** Of an array of arrays, the first object of each. */
export function firsts(object: object | undefined, key: string): object[] {
	return objectsOf(list(object, key), (entry) => {
		const inner = asList(entry);
		return inner === undefined ? undefined : plain(readOwnProperty(inner, '0'));
	});
}

function asList(value: unknown): unknown[] | undefined {
	if (value === null || typeof value !== 'object' || types.isProxy(value)) return undefined;
	return Array.isArray(value) ? value : undefined;
}

function objectsOf(array: unknown[] | undefined, object: (entry: unknown) => object | undefined): object[] {
	const found: object[] = [];
	for (let index = 0; array !== undefined && index < Math.min(array.length, 1000); index++) {
		const entry = object(readOwnProperty(array, String(index)));
		if (entry !== undefined) found.push(entry);
	}
	return found;
}

/** An own property that is a number of tokens: whole and from 0. */
export function count(object: object | undefined, key: string): number | undefined {
	return object === undefined ? undefined : tokens(readOwnProperty(object, key));
}

/** The value if it is a number of tokens; adding 0 makes -0 a plain zero. */
export function tokens(value: unknown): number | undefined {
	return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) + 0 : undefined;
}

/** An own property that is a name: a string of 1 to 256 characters. */
export function name(object: object | undefined, key: string): string | undefined {
	const value = object === undefined ? undefined : readOwnProperty(object, key);
	return typeof value === 'string' && value.length > 0 && value.length <= 256 ? value : undefined;
}
