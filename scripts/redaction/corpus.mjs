// Secrets and values that only look like secrets, from a seeded generator. Secrets are made from the forms of the lists,
// with the check digits and sums that their providers put into them; nothing here knows how the matcher finds them.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { ALPHABETS, partsOf } from './form.mjs';
import { KINDS } from './table.mjs';

/** A generator of pseudo-random numbers (xorshift32): the same seed gives the same corpus. */
export class Random {
	#state;

	constructor(seed) {
		this.#state = seed | 0 || 1;
	}

	/** Returns an integer from 0 to `count` - 1. */
	below(count) {
		this.#state ^= this.#state << 13;
		this.#state ^= this.#state >>> 17;
		this.#state ^= this.#state << 5;
		return (this.#state >>> 0) % count;
	}

	between(min, max) {
		return min + this.below(max - min + 1);
	}

	of(list) {
		return list[this.below(list.length)];
	}

	text(alphabet, min, max = min) {
		const characters = ALPHABETS[alphabet] ?? alphabet;
		return Array.from({ length: this.between(min, max) }, () => this.of(characters)).join('');
	}
}

const BASE62 = `${ALPHABETS.digit}${ALPHABETS.letter}`;

/** Returns a number in base 62, as GitHub and npm write their checksums. */
function base62(number, length) {
	let text = '';
	for (let rest = number; text.length < length; rest = Math.floor(rest / 62)) text = BASE62[rest % 62] + text;
	return text;
}

/** Returns the text with the check digit that the Luhn algorithm demands. */
function withLuhn(digits) {
	let sum = 0;
	for (const [at, digit] of [...digits].reverse().entries()) {
		const value = at % 2 === 0 ? Number(digit) * 2 : Number(digit);
		sum += value > 9 ? value - 9 : value;
	}
	return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** What the last characters of a kind's keys depend on. */
const CHECKSUMS = [
	[/^(gh[opusr]_|npm_)/, (key) => `${key.slice(0, -6)}${base62(crc32(key.slice(4, -6)), 6)}`],
	[/^cf(k|ut|at)_/, (key) => `${key.slice(0, -8)}${crc32(key.slice(0, -8)).toString(16).padStart(8, '0')}`],
];

/** Returns a key of a form. */
function keyOf(form, random) {
	const key = partsOf(form)
		.map(({ text, characters, min, max }) => text ?? random.text(characters, min, max))
		.join('');
	return CHECKSUMS.reduce((result, [prefix, seal]) => (prefix.test(result) ? seal(result) : result), key);
}

const json = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const pem = (label, random) =>
	`-----BEGIN ${label}-----\n${Array.from({ length: 4 }, () => random.text('base64', 64)).join('\n')}\n-----END ${label}-----`;
const grouped = (digits) => digits.replace(/(\d{4})(?=\d)/g, '$1 ');
const password = (random) => random.text(`${ALPHABETS.alnum}!$*`, 10, 18);

/** Secrets that no list has a form of. Each gives the text that it stands in, and the secret itself. */
const OTHERS = {
	'json web token': (random) =>
		[
			json({ alg: 'HS256', typ: 'JWT' }),
			json({ sub: random.text('lower', 12), iat: 1_700_000_000 }),
			random.text('name', 43),
		].join('.'),
	'rsa private key': (random) => pem('RSA PRIVATE KEY', random),
	'openssh private key': (random) => pem('OPENSSH PRIVATE KEY', random),
	'ec private key': (random) => pem('EC PRIVATE KEY', random),
	'pgp private key': (random) => pem('PGP PRIVATE KEY BLOCK', random),
	'card in groups': (random) => grouped(withLuhn(`4${random.text('digit', 14)}`)),
	'amex in groups': (random) => withLuhn(`37${random.text('digit', 12)}`).replace(/^(.{4})(.{6})/, '$1-$2-'),
	'card beside a word': (random) => {
		const secret = withLuhn(`5${random.between(1, 5)}${random.text('digit', 13)}`);
		return { text: `${random.of(['card', 'visa', 'credit card number', 'cardNumber', 'pan'])} ${secret}`, secret };
	},
	'aws secret key beside a word': (random) => {
		const secret = random.text('base64', 40);
		return { text: `${random.of(['aws', 'secret', 'AWS_SECRET', 'aws credentials'])} ${secret}`, secret };
	},
	'bcrypt hash': (random) => `$2b$12$${random.text('base64', 53).replaceAll('+', '.')}`,
	'argon2 hash': (random) => `$argon2id$v=19$m=65536,t=3,p=4$${random.text('base64', 22)}$${random.text('base64', 43)}`,
	'bearer credentials': (random) => named('Bearer ', random.text('name', 32)),
	'basic credentials': (random) =>
		named('Basic ', Buffer.from(`${random.text('lower', 6)}:${password(random)}`).toString('base64')),
	'user and password of a url': (random) => {
		const secret = random.text('alnum', 14);
		return {
			text: `${random.of(['postgres', 'redis', 'amqp', 'https', 'mongodb+srv'])}://kent:${secret}@db.garden/x`,
			secret,
		};
	},
};

const named = (before, secret, after = '') => ({ text: `${before}${secret}${after}`, secret });

/** Names before a value, as they are written in logs, headers, addresses, JSON and on command lines. */
const NAMES = {
	'password=': (random) => named('password=', password(random)),
	'dbPassword:': (random) => named('dbPassword: ', password(random)),
	'client_secret=': (random) => named('client_secret=', random.text('alnum', 24)),
	'xApiKey:': (random) => named('xApiKey: ', random.text('hex', 32)),
	'X-API-Key:': (random) => named('X-API-Key: ', random.text('hex', 32)),
	'?access_token=': (random) =>
		named('https://garden.example/plants?page=2&access_token=', random.text('name', 40), '&x=1'),
	'"apiKey":': (random) => named('{"page":2,"apiKey":"', random.text('alnum', 32), '"}'),
	'"password":': (random) => named('{"user":"kent","password":"', password(random), '"}'),
	'--token': (random) => named('garden --token ', random.text('alnum', 24), ' --verbose'),
	'authorization: token': (random) => named('Authorization: Token ', random.text('hex', 40)),
	'cookie:': (random) => named('Cookie: theme=dark; sid=', random.text('alnum', 26)),
	'AWS_SECRET_ACCESS_KEY=': (random) => named('AWS_SECRET_ACCESS_KEY=', random.text('base64', 40)),
	'DATADOG_API_KEY=': (random) => named('DATADOG_API_KEY=', random.text('hex', 32)),
	'HEROKU_API_KEY=': (random) =>
		named('HEROKU_API_KEY=', `${random.text('hex', 8)}-${random.text('hex', 4)}-${random.text('hex', 4)}`),
	'AccountKey=': (random) => named('AccountName=garden;AccountKey=', `${random.text('base64', 86)}==`, ';x=1'),
	'_authToken=': (random) => named('//registry.example/:_authToken=', random.text('alnum', 36)),
	'<password>': (random) => named('<user>kent</user><password>', password(random), '</password>'),
	'seed phrase:': (random) =>
		named('seed phrase: ', Array.from({ length: 12 }, () => random.text('abcdefghij', 5)).join(' ')),
	'private key:': (random) => named('the private key: ', random.text('hex', 64)),
	'the API key:': (random) => named('This API key: ', random.text('hex', 40), ' was refused'),
};

/** The families of kinds, with a function for each kind that makes one secret: a text, or a text and the secret in it. */
export const FAMILIES = {
	'keys of providers': Object.fromEntries(
		Object.entries(KINDS).map(([kind, forms]) => [kind, (random) => keyOf(random.of(forms), random)]),
	),
	'credentials, keys and cards': OTHERS,
	'values after a name': NAMES,
};

const cut = (text, at, between) => `${text.slice(0, at)}${between}${text.slice(at)}`;
const percent = (text) =>
	[...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/** The ways in which a secret may be wrapped: each gives the text, and what must not be in it after redaction. */
export const WRAPPINGS = {
	plain: ({ text, secret }, random) => {
		const around = random.of([
			(x) => x,
			(x) => `refused: ${x} is unknown`,
			(x) => `(${x})`,
			(x) => JSON.stringify({ said: x }),
		]);
		return [around(text), [secret]];
	},
	'URL-encoded': ({ text, secret }, random) => {
		const encode = random.of([encodeURIComponent, percent, (x) => encodeURIComponent(encodeURIComponent(x))]);
		return [`GET /plants?q=${encode(`before ${text}`)}`, [encode(secret)]];
	},
	'zero-width character': ({ text, secret }, random) => {
		const inside = text.indexOf(secret) + random.between(1, secret.length - 1);
		const mark = random.of(['\u200b', '\u200d', '\u2060', '\ufeff', '\u00ad']);
		return [`it was ${cut(text, inside, mark)} then`, halves(text, secret, inside)];
	},
	'line break': ({ text, secret }, random) => {
		const inside = text.indexOf(secret) + random.between(1, secret.length - 1);
		const between = random.of(['\n', '\r\n', '\n  ']);
		return [`it was ${cut(text, inside, between)} then`, halves(text, secret, inside)];
	},
	'x_ before': ({ text, secret }) => [`x_${text}`, [secret]],
	'in a path': ({ text, secret }, random) => [random.of([`/v1/${text}/plants`, `/srv/garden/${text}.json`]), [secret]],
	base64: ({ text, secret }, random) => {
		const encoding = random.of(['base64', 'base64url']);
		const encoded = Buffer.from(random.of([text, `the key is ${text} now`])).toString(encoding);
		return [random.of([encoded, `data ${encoded} end`, `{"data":"${encoded}"}`]), [encoded, secret]];
	},
};

/** Returns the two parts of a secret that is divided, those of fewer than eight characters left out. */
function halves(text, secret, inside) {
	const at = inside - text.indexOf(secret);
	return [secret.slice(0, at), secret.slice(at)].filter((part) => part.length >= 8);
}

/** Makes one sample of a kind. */
export function sampleOf(make, random) {
	const made = make(random);
	return typeof made === 'string' ? { text: made, secret: made } : made;
}

const SOURCE_FILES =
	'token.js secret.ts password.mjs api-key.cjs auth/token.tsx credentials.py keys.go cookie.vue'.split(' ');
const FUNCTIONS = 'token getPassword Object.secret async Auth.apiKey new Credentials Soul.challenge'.split(' ');
const SOUNDING =
	'token_bucket.capacity password_strength auth_method token_count max_tokens passwordPolicy secret_rotation_days cookie_banner ' +
	'tokenizer keyboard author secretary monkey primary_key public_key partition_key cache_key sort_key password_min_length ' +
	'token_type token_expires_in auth.enabled cookie.consent credential_provider jwt_algorithm otp_enabled pin_count compass ' +
	'design_tokens next_token page_token stop_token key_size signature_algorithm session_duration api_key_count passenger';

/** Values that are no secrets, of ten kinds. */
export const HARMLESS = {
	'order numbers': (random) => {
		const digits = random.text('digit', random.of([8, 10, 12, 14, 16, 16, 16, 16, 18, 20]));
		return random.of([
			digits,
			`order ${digits}`,
			`Order-Nr. ${digits.slice(0, 3)}-${digits.slice(3)}`,
			`#${digits}`,
			`order=${digits}`,
		]);
	},
	'telephone numbers': (random) => {
		const d = (count) => random.text('digit', count);
		return random.of([
			`+49 15${d(1)} ${d(8)}`,
			`+4915${d(9)}`,
			`+49 (0)17${d(1)} ${d(3)} ${d(4)}`,
			`0049 15${d(1)} ${d(4)} ${d(4)}`,
			`015${d(1)}/${d(8)}`,
			`+1 (${d(3)}) ${d(3)}-${d(4)}`,
			`+44 7${d(3)} ${d(6)}`,
			`+33 6 ${d(2)} ${d(2)} ${d(2)} ${d(2)}`,
			`+91 ${d(5)} ${d(5)}`,
			`+86 13${d(1)} ${d(4)} ${d(4)}`,
			`+62 8${d(2)}-${d(4)}-${d(4)}`,
			`+55 11 9${d(4)}-${d(4)}`,
			`+81-90-${d(4)}-${d(4)}`,
		]);
	},
	addresses: (random) =>
		random.of([
			`https://${random.text('lower', 8)}.example/${random.text('lower', 6)}/${random.text('digit', 7)}?page=${random.text('digit', 2)}&sort=name`,
			`https://example.com/a/${random.text('hex', 40)}/blob?ref=main#L${random.text('digit', 3)}`,
			`http://127.0.0.1:${random.text('digit', 4)}/v1/traces?x=a%20b%2Fc`,
			`https://example.com:8443?mail=kent@example.com&q=${random.text('lower', 5)}%3D${random.text('digit', 4)}`,
			`s3://garden-${random.text('lower', 6)}/2026/11/30/${random.text('name', 22)}.parquet`,
			`https://shop.example/p/${Array.from({ length: 5 }, () => random.text('lower', 5)).join('-')}-${random.text('digit', 9)}.html`,
		]),
	UUIDs: (random) => {
		const alphabet = random.of(['hex', 'HEX', 'digit']);
		const part = (count) => random.text(alphabet, count);
		const uuid = `${part(8)}-${part(4)}-4${part(3)}-${random.of('89ab')}${part(3)}-${part(12)}`;
		return random.of([uuid, `{${uuid}}`, `urn:uuid:${uuid}`, `request ${uuid} failed`]);
	},
	hashes: (random) => {
		const hash = random.text(random.of(['hex', 'HEX']), random.of([32, 40, 56, 64, 96, 128]));
		return random.of([
			hash,
			`commit ${hash}`,
			`sha256:${hash}`,
			`"etag":"${hash}"`,
			`sha512-${random.text('base64', 86)}==`,
			`sha256-${random.text('base64', 43)}=`,
		]);
	},
	'ids of 40 characters': (random) => {
		const id = random.text(random.of(['alnum', 'lower', 'name', 'base64', 'capital']), 40);
		return random.of([id, `id ${id}`, `"id":"${id}"`, `/items/${id}`, `cursor=${id}`, `cache key ${id}`]);
	},
	timestamps: (random) => {
		const time = 1_600_000_000_000 + random.below(400_000_000) * 1000 + random.below(1000);
		const date = new Date(time);
		return random.of([
			String(time),
			`${time}${random.text('digit', 6)}`,
			date.toISOString(),
			date.toUTCString(),
			`at ${Math.floor(time / 1000)}.${random.text('digit', 9)}`,
			`${date.toISOString().slice(0, 19)}+02:00`,
			`"start":${time},"end":${time + 12}`,
			`${time} ${time + 1} ${time + 2}`,
		]);
	},
	prices: (random) => {
		const [whole, part] = [random.text('digit', 1, 7), random.text('digit', 2)];
		return random.of([
			`${whole}.${part} EUR`,
			`$${whole}.${part}`,
			`€ ${whole},${part}`,
			`${random.between(1, 9)},${random.text('digit', 3)},${random.text('digit', 3)}.${part}`,
			`{"price":${random.between(1, 9999)}.${part},"currency":"USD"}`,
			`total: ${whole}.${part}`,
			`0.${random.text('digit', 16)}`,
			`${random.text('digit', 4)} ${random.text('digit', 4)} ${random.text('digit', 4)}`,
		]);
	},
	'frames of stacks': (random) => {
		const [file, line, column] = [random.of(SOURCE_FILES), random.between(1, 900), random.between(1, 80)];
		const name = random.of(FUNCTIONS);
		return random.of([
			`    at ${name} (/srv/garden/${file}:${line}:${column})`,
			`Error: gone\n    at ${name} (file:///app/dist/${file}:${line}:${column})\n    at node:internal/token:${line}:${column}`,
			`at C:\\garden\\src\\${file}:${line}:${column}`,
			`${name}@http://localhost:5173/src/${file}:${line}:${column}`,
			`${file}:${line}`,
			`${file}:${line}:${column}`,
			`webpack://garden/./src/${file}?${random.text('hex', 4)}:${line}:${column}`,
			`  File "/srv/${file}", line ${line}, in password`,
			`\tat org.garden.Token.get(Token.java:${line})`,
			JSON.stringify({ stack: `Error: gone\n    at ${name} (/srv/${file}:${line}:${column})` }),
		]);
	},
	'keys that only sound secret': (random) => {
		const key = random.of(SOUNDING.split(' '));
		const value = random.of([random.text('digit', 2), 'enabled', 'strong', random.text('lower', 6)]);
		return random.of([
			`${key}=${value}`,
			`${key}: ${value}`,
			`{"${key}":"${value}"}`,
			`auth: enabled`,
			`token: ${random.of(['expired', 'missing', 'valid', 'true'])}`,
			`password: ${random.of(['required', 'null', 'unset'])}`,
			`--${key.replaceAll('_', '-')} ${value}`,
		]);
	},
};
