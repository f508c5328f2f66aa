const set = (text: string) => new Set(text.split(' '));

/** Words that name a secret wherever they stand in a key. */
const SECRET = set(
	'password passwords passwd pwd passphrase passphrases passcode secret secrets authorization credential credentials ' +
		'creds cookie cookies token jwt apikey apikeys apitoken accesskey secretkey privatekey authtoken accesstoken ' +
		'refreshtoken idtoken csrftoken xsrftoken sessiontoken sessionkey jsessionid phpsessid cvv cvc ssn otp',
);

/** Words that name a secret behind these. */
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

/** Words that name one where the key says nothing else behind them. */
const LAST = set('auth bearer');
const ALONE = set('pass sig pin');

/** What is said of a secret rather than the secret: `token.type`, `cookie.name`, `llm.token_count`. */
const ABOUT = set(
	'count counts type types length size limit limits usage used in out input output total price cost name names uri url ' +
		'endpoint path file policy status result error valid invalid version provider source expiry expires expiration ttl ' +
		'age at enabled required present kind format scheme method attempts budget rate index position per window',
);

/** What makes a token a piece of text, or a place in a list, rather than a key to something. */
const PIECE = set(
	'prompt completion input output total max min cached reasoning audio stop eos bos pad special first last new per next ' +
		'page continuation',
);

/** Long words that end in one of these: `PGPASSWORD`, `userpassword`. */
const ENDING = /(?:password|passwd|passphrase|apikey)$/;

/** A key without one of these holds no word above: most are done with here. */
const MAYBE = /pass|pwd|secret|token|key|auth|cookie|cred|jwt|bearer|sess|sig|cv[vc]|ssn|otp|code|string|pin|number/i;

/** True where the key names a secret, by the words that it is made of. Counts of tokens and their like are none. */
export function namesSecret(key: string): boolean {
	if (key.length > 256 || !MAYBE.test(key)) return false;
	const words = wordsOf(key);
	return words.some((word, at) => isSecret(word, words[at - 1], words[at + 1], words.length));
}

function isSecret(word: string, before: string | undefined, after: string | undefined, count: number): boolean {
	if (after === undefined && (LAST.has(word) || (count === 1 && ALONE.has(word)))) return true;
	const named =
		SECRET.has(word) || ENDING.test(word) || (before !== undefined && PAIRS.get(word)?.has(before) === true);
	if (!named) return false;
	if (after !== undefined && ABOUT.has(after)) return false;
	if (word === 'token' && before !== undefined && PIECE.has(before)) return false;
	// The id of a key or of a token is no secret (and AWS's is known by its shape); a `secret_id` of Vault is one.
	return !((after === 'id' || after === 'ids') && (word === 'token' || word === 'key'));
}

/** A rule of one's own about keys: words, in any spelling. */
export function namesWords(text: string): (key: string) => boolean {
	const words = wordsOf(text);
	return (key) => holds(wordsOf(key), words);
}

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
