import types from 'node:util/types';

/**
 * Returns the value of an own data property. For a getter, which does not run, and for an inherited property it returns
 * undefined. The getters of a streamed result of the Vercel AI SDK would begin to consume the stream.
 */
export function readOwnProperty(object: object, key: string): unknown {
	return Object.getOwnPropertyDescriptor(object, key)?.value;
}

/** Returns the value if it is an object whose properties may be read: no array, and no proxy, whose traps would run. */
export function asObject(value: unknown): object | undefined {
	if (value === null || typeof value !== 'object' || types.isProxy(value) || Array.isArray(value)) return undefined;
	return value;
}

/** Returns an own property if `asObject()` accepts it. */
export function objectIn(object: object | undefined, key: string): object | undefined {
	return object === undefined ? undefined : asObject(readOwnProperty(object, key));
}

/** Returns an own property if it is an array, and no proxy. */
export function arrayIn(object: object | undefined, key: string): unknown[] | undefined {
	return object === undefined ? undefined : asArray(readOwnProperty(object, key));
}

/** Returns the objects among the first 1,000 items of an own property that is an array; none if it is not. */
export function objectsIn(object: object | undefined, key: string): object[] {
	return collectObjects(arrayIn(object, key), asObject);
}

/**
 * Returns the first item of each inner array of an own property that is an array of arrays, if that item is an object.
 */
export function firstObjectsIn(object: object | undefined, key: string): object[] {
	return collectObjects(arrayIn(object, key), (item) => {
		const inner = asArray(item);
		return inner === undefined ? undefined : asObject(readOwnProperty(inner, '0'));
	});
}

/** Returns the value if it is an array, and no proxy. */
function asArray(value: unknown): unknown[] | undefined {
	if (value === null || typeof value !== 'object' || types.isProxy(value)) return undefined;
	return Array.isArray(value) ? value : undefined;
}

/** Applies `toObject` to the first 1,000 items and returns what is not undefined. No getter of the array runs. */
function collectObjects(array: unknown[] | undefined, toObject: (item: unknown) => object | undefined): object[] {
	const objects: object[] = [];
	for (let index = 0; array !== undefined && index < Math.min(array.length, 1000); index++) {
		const object = toObject(readOwnProperty(array, String(index)));
		if (object !== undefined) objects.push(object);
	}
	return objects;
}

/** Returns an own property if it is a number of tokens: a whole number from 0. */
export function countIn(object: object | undefined, key: string): number | undefined {
	return object === undefined ? undefined : asTokenCount(readOwnProperty(object, key));
}

/** Returns the value if it is a number of tokens. Adding 0 turns -0 into 0. */
export function asTokenCount(value: unknown): number | undefined {
	return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) + 0 : undefined;
}

/** Returns an own property if it can be a name or an id: a string of 1 to 256 characters. */
export function nameIn(object: object | undefined, key: string): string | undefined {
	const value = object === undefined ? undefined : readOwnProperty(object, key);
	return typeof value === 'string' && value.length > 0 && value.length <= 256 ? value : undefined;
}
