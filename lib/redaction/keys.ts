/** Splits a list of words that is written with blanks between them. */
const set = (text: string) => new Set(text.split(' '));

/** Words that name a secret anywhere in a key. */
const SECRET_WORDS = set(
	'password passwords passwd pwd passphrase passphrases passcode secret secrets authorization credential credentials ' +
		'creds cookie cookies token jwt apikey apikeys apitoken accesskey secretkey privatekey authtoken accesstoken ' +
		'refreshtoken idtoken csrftoken xsrftoken sessiontoken sessionkey jsessionid phpsessid cvv cvc ssn otp',
);

/** Words that name a secret if the word before them is one of these, as in `api_key`. */
const PAIRS = new Map([
	['key', set('api access private signing encryption master account shared auth session subscription ssh service')],
	['keys', set('api access private signing encryption')],
	['tokens', set('access refresh auth bearer api id csrf device push')],
	['pass', set('db database user smtp mail redis mysql pg ftp proxy')],
	['string', set('connection')],
	['signature', set('amz goog')],
	['code', set('mfa otp pin security verification')],
	['number', set('card')],
]);

/** Words that name a secret if they are the last word of the key. */
const LAST_WORDS = set('auth bearer');

/** Words that name a secret if they are the only word of the key. */
const ONLY_WORDS = set('pass sig pin');

/**
 * Words after the name of a secret which make the value a property of the secret, and not the secret itself:
 * `token.type`, `cookie.name`, `llm.token_count`.
 */
const PROPERTY_WORDS = set(
	'count counts type types length size limit limits usage used in out input output total price cost name names uri url ' +
		'endpoint path file policy status result error valid invalid version provider source expiry expires expiration ttl ' +
		'age at enabled required present kind format scheme method attempts budget rate index position per window',
);

/** Words before `token` which make it a piece of text, or a position in a list, and not a credential. */
const TEXT_TOKEN_WORDS = set(
	'prompt completion input output total max min cached reasoning audio stop eos bos pad special first last new per next ' +
		'page continuation',
);

/** The endings of longer words that name a secret: `PGPASSWORD`, `userpassword`. */
const SECRET_ENDING = /(?:password|passwd|passphrase|apikey)$/;

/** Matches every key that can contain one of the words above. Most keys are ruled out by this test alone. */
const MAYBE_SECRET =
	/pass|pwd|secret|token|key|auth|cookie|cred|jwt|bearer|sess|sig|cv[vc]|ssn|otp|code|string|pin|number/i;

/**
 * Returns whether the words of a key name a secret, as those of `X-API-Key` and `db.password` do. Counts of tokens and
 * other properties of a secret are not secrets. A key of more than 256 characters never names one.
 */
export function namesSecret(key: string): boolean {
	if (key.length > 256 || !MAYBE_SECRET.test(key)) return false;
	const words = wordsOf(key);
	return words.some((word, at) => isSecret(word, words[at - 1], words[at + 1], words.length));
}

/**
 * Returns whether one word of a key names a secret.
 *
 * @param before - the word before it
 * @param after - the word after it
 * @param count - how many words the key has
 */
function isSecret(word: string, before: string | undefined, after: string | undefined, count: number): boolean {
	if (after === undefined && (LAST_WORDS.has(word) || (count === 1 && ONLY_WORDS.has(word)))) return true;
	const named =
		SECRET_WORDS.has(word) ||
		SECRET_ENDING.test(word) ||
		(before !== undefined && PAIRS.get(word)?.has(before) === true);
	if (!named) return false;
	if (after !== undefined && PROPERTY_WORDS.has(after)) return false;
	if (word === 'token' && before !== undefined && TEXT_TOKEN_WORDS.has(before)) return false;
	// The id of a key or a token is not a secret (AWS's is recognized by its shape), but Vault's `secret_id` is one.
	return !((after === 'id' || after === 'ids') && (word === 'token' || word === 'key'));
}

/** Creates the test of a custom rule: whether a key contains these words next to each other, in any spelling. */
export function wordsMatcher(text: string): (key: string) => boolean {
	const words = wordsOf(text);
	return (key) => containsWords(wordsOf(key), words);
}

/** Splits a key in any spelling into lower-case words: `X-API-Key` gives x, api, key; `apiKey` gives api, key. */
function wordsOf(key: string): string[] {
	return (key.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());
}

/** Returns whether the words occur in the key next to each other and in this order. */
function containsWords(key: readonly string[], words: readonly string[]): boolean {
	for (let at = 0; at + words.length <= key.length; at++) {
		if (words.every((word, index) => word === key[at + index])) return true;
	}
	return false;
}
