/** Splits a key in any spelling into lower-case words: `X-API-Key` gives x, api, key; `apiKey` gives api, key. */
export function wordsOf(key: string): string[] {
	return (key.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());
}

/** Creates a set of the words of a text that are separated by blanks. */
export function wordSet(text: string): ReadonlySet<string> {
	return new Set(text.split(' '));
}
