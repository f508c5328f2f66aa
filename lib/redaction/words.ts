/** The words of a key in any spelling: `X-API-Key`, `apiKey` and `api_key` are api, key. */
export function wordsOf(key: string): string[] {
	return (key.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());
}

/** True where the words stand in the key, one behind the other. */
export function holds(key: readonly string[], words: readonly string[]): boolean {
	for (let at = 0; at + words.length <= key.length; at++) {
		if (words.every((word, index) => word === key[at + index])) return true;
	}
	return false;
}
