/** The most characters of a text in a message. */
const MAX_TEXT = 80;

/**
 * Returns a wrong value as it follows the word "got" in a message: a text in quotes, a number or a boolean as it is, the
 * name of a class, and for anything else its type with an article. A text is cut at 80 characters. Never throws.
 */
export function valueInWords(value: unknown): string {
	switch (typeof value) {
		case 'string':
			return value === '' ? 'an empty text' : `'${value.slice(0, MAX_TEXT)}'`;
		case 'number':
		case 'boolean':
		case 'bigint':
		case 'undefined':
			return String(value);
		case 'function':
			return isClass(value) && value.name !== '' ? `the class ${value.name.slice(0, MAX_TEXT)}` : 'a function';
		case 'object':
			if (value === null) return 'null';
			return Array.isArray(value) ? (value.length === 0 ? 'an empty array' : 'an array') : 'an object';
		default:
			return `a ${typeof value}`;
	}
}

/** True for a class, whose `prototype` cannot be written. */
function isClass(value: object): value is { readonly name: string } {
	return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}
