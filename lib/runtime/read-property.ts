/** Returns a property of any value; undefined if the value is a primitive or the property's getter throws. */
export function readProperty(value: unknown, key: string): unknown {
	if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
	try {
		return (value as Record<string, unknown>)[key];
	} catch {
		return undefined;
	}
}
