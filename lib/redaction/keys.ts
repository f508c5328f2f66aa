import { wordSet, wordsOf } from './detectors/words.js';

/** Words that name a secret if they are the last word of a key: the noun that the words before it describe. */
const SECRET_WORDS = wordSet(
	'password passwords passwd pwd passphrase passphrases passcode passkey secret secrets authorization credential ' +
		'credentials creds cookie cookies token jwt apikey apikeys apitoken accesskey secretkey privatekey privkey authtoken ' +
		'accesstoken refreshtoken idtoken csrftoken xsrftoken sessiontoken sessionkey jsessionid phpsessid cvv cvc ssn otp ' +
		'mnemonic seedphrase authkey signingkey encryptionkey masterkey',
);

/** Words that name a secret if the word before them is one of these, as in `api_key`. */
const PAIRS = new Map([
	[
		'key',
		wordSet(
			'api access private secret signing encryption master account shared auth session subscription ssh service storage ' +
				'webhook deploy function app application consumer server license admin role write ingest integration hmac aes',
		),
	],
	['keys', wordSet('api access private secret signing encryption')],
	['tokens', wordSet('access refresh auth bearer api id csrf device push')],
	['pass', wordSet('db database user smtp mail redis mysql pg ftp proxy')],
	['string', wordSet('connection')],
	['signature', wordSet('amz goog')],
	['code', wordSet('mfa otp pin security verification auth authorization access login device recovery')],
	['verifier', wordSet('code')],
	['assertion', wordSet('client')],
	['number', wordSet('card')],
	['phrase', wordSet('seed recovery pass secret mnemonic')],
	['id', wordSet('secret')],
	['sid', wordSet('connect')],
]);

/** Words that name a secret if they are the last word of the key, and nothing else describes it. */
const LAST_WORDS = wordSet('auth bearer');

/** Words that name a secret if they are the only word of the key. */
const ONLY_WORDS = wordSet('pass sig pin');

/** Words after the name of a secret that leave the value a secret: `password_hash`, `token2`, `secret_prod`. */
const QUALIFIERS = wordSet(
	'value values raw plain plaintext hash hashed hashes encrypted base64 b64 hex header old new current previous primary ' +
		'secondary next backup prod production dev development test testing live staging sandbox env confirm confirmation ' +
		'repeat again base pem der jwk json b v x db github gitlab aws gcp azure slack stripe openai anthropic root admin',
);

/** Words before `token` which make it a piece of text, or a position in a list, and not a credential. */
const TEXT_TOKEN_WORDS = wordSet(
	'prompt completion input output total max min cached reasoning audio stop eos bos pad special first last new per next ' +
		'page continuation lexer syntax unexpected expected cancellation concurrency sync idempotency design native gas ' +
		'sentinel mask separator sep begin end start parse parser invalid word sub',
);

/** Words after which a key names what a secret belongs to: `password_for_kent`. */
const PREPOSITIONS = wordSet('for of from');

/** Names of collections of secrets, whose members are secrets whatever they are called: `cookies.theme`. */
const COLLECTIONS = wordSet('secrets credentials creds cookies passwords');

/** The last words of keys that name a property of a collection, and no member of it. */
const PROPERTIES = wordSet(
	'count size length limit total path file provider source name names type enabled version expiry ttl policy status url',
);

/** The endings of longer words that name a secret: `PGPASSWORD`, `userpassword`. */
const SECRET_ENDING =
	/(?:password|passwd|passphrase|secret|apikey|secretkey|accesskey|privatekey|authtoken|accesstoken|refreshtoken|apitoken)$/;

/** Matches every key that can contain one of the words above. Most keys are ruled out by this test alone. */
const MAYBE_SECRET =
	/pass|pwd|secret|token|key|auth|cookie|cred|jwt|bearer|sess|sig|cv[vc]|ssn|otp|code|string|pin|number|mnemonic|phrase|sid|verifier|assertion/i;

/**
 * Returns whether a key names a secret, as `X-API-Key` and `db.password` do. Its last word decides, apart from words
 * such as `hash`: the words before it only describe it, so that `password_strength` and `token_bucket.capacity` name
 * none. A key of more than 256 characters never names one.
 */
export function namesSecret(key: string): boolean {
	if (key.length > 256 || !MAYBE_SECRET.test(key)) return false;
	const words = wordsOf(key);
	const cut = words.findIndex((word, at) => at > 0 && PREPOSITIONS.has(word));
	if (cut !== -1) words.length = cut;
	const last = words.at(-1) ?? '';
	if (LAST_WORDS.has(last) || (words.length === 1 && ONLY_WORDS.has(last))) return true;
	for (let at = words.length - 1; at >= 0; at--) {
		const word = words[at] ?? '';
		if (isSecretNoun(word, words[at - 1])) return true;
		if (!QUALIFIERS.has(word) && !/^\d+$/.test(word)) break;
	}
	return isMember(key, last);
}

/**
 * Returns whether the last word of a key is `auth` or `bearer`: such a key may hold a secret, or a word that tells of
 * something else, as in `bearer: 'steel'`.
 */
export function namesScheme(key: string): boolean {
	return key.length <= 256 && /auth$|bearer$/i.test(key) && LAST_WORDS.has(wordsOf(key).at(-1) ?? '');
}

/**
 * Returns whether a word names a secret.
 *
 * @param before - the word before it
 */
function isSecretNoun(word: string, before: string | undefined): boolean {
	if (before !== undefined && PAIRS.get(word)?.has(before) === true) return true;
	if (word === 'token' && before !== undefined && TEXT_TOKEN_WORDS.has(before)) return false;
	return SECRET_WORDS.has(word) || SECRET_ENDING.test(word);
}

/** Returns whether a key with dots names a member of a collection of secrets. */
function isMember(key: string, last: string): boolean {
	const parts = key.split('.');
	return parts.length > 1 && !PROPERTIES.has(last) && parts.slice(0, -1).some((part) => COLLECTIONS.has(part));
}

/** Creates the test of a custom rule: whether a key contains these words next to each other, in any spelling. */
export function wordsMatcher(text: string): (key: string) => boolean {
	const words = wordsOf(text);
	return (key) => containsWords(wordsOf(key), words);
}

/** Returns whether the words occur in the key next to each other and in this order. */
function containsWords(key: readonly string[], words: readonly string[]): boolean {
	for (let at = 0; at + words.length <= key.length; at++) {
		if (words.every((word, index) => word === key[at + index])) return true;
	}
	return false;
}
