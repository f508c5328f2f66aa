import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redactor } from '../../../lib/redaction/redactor.js';
import { MODEL_CASE, PLANTED, SHAPES } from './planted.js';

const redactor = new Redactor();

describe('a text', () => {
	it.each(Object.entries(PLANTED))('is redacted of %s, wherever it occurs', (_name, { text, secret }) => {
		for (const context of [text, `before ${text} after`, `(${text})`, `x,"${text}"`, `line\n${text}\nline`]) {
			const redacted = redactor.text(context);
			expect(redacted).not.toContain(secret);
			expect(redacted).toContain('[redacted]');
		}
	});

	it.each(Object.entries(SHAPES))('is redacted of %s only: the text around it is kept', (_name, { text }) => {
		expect(redactor.text(`refused: ${text} is unknown`)).toBe('refused: [redacted] is unknown');
		expect(redactor.text(JSON.stringify({ said: `once\n${text}` }))).toMatch(/^\{"said":"once\\n\[redacted\].*"\}$/);
	});

	it.each([
		[MODEL_CASE, /^Incorrect API key provided: \[redacted\]\. You can find your API key at https:\/\/platform\.openai/],
		['postgres://kent:pw@db:5432/x', /^postgres:\/\/\[redacted\]@db:5432\/x$/],
		['{"pin":1234,"apiKey":5,"page":2}', /^\{"pin":"\[redacted\]","apiKey":"\[redacted\]","page":2\}$/],
		['{"cookies":["a=b","c=d"],"page":2}', /^\{"cookies":"\[redacted\]","page":2\}$/],
		['Set-Cookie: sid=1; Path=/\nHost: x', /^Set-Cookie: \[redacted\]\nHost: x$/],
		[
			'{"cards":[4111111111111111,-5555555555554444,5],"pan":4111111111111111}',
			/^\{"cards":\["\[redacted\]","\[redacted\]",5\],"pan":"\[redacted\]"\}$/,
		],
		['user[password]=pw&x=1', /^user\[password\]=\[redacted\]&x=1$/],
		["token === 'abc' and more", /^token === '\[redacted\]' and more$/],
	])('%j keeps its form', (text, expected) => {
		expect(redactor.text(text)).toMatch(expected);
	});

	it.each([
		'a risk-assessment-of-many-things, and a desk-lamp-with-shade',
		'basic understanding of it; the bearer token is missing',
		'da39a3ee5e6b4b0d3255bfef95601890afd80709',
		'at Soul.challenge (file:///home/kent/garden/soul.ts:10:5)',
		'1700000000000000000 and 2026-11-22T22:08:27.123Z and 0.4111111111111111',
		'total_tokens=500, tokens: 12, token_count: 5, max_tokens: 4096',
		'Unexpected token: }',
		'4b0d3255-4111-1111-1111-111111111111',
		'https://example.com/a?b=c:d@e',
		'4111 1111 1111 1112',
		'password: true, secret: null',
	])('%j is returned unchanged', (text) => {
		expect(redactor.text(text)).toBe(text);
	});
});

/** Pieces of generated texts that resemble secrets in every way. */
const pieces = fc.oneof(
	fc.constantFrom(...Object.values(PLANTED).map(({ text }) => text)),
	fc.constantFrom(
		...'sk- _-.:="\'\\{}[],;/@ \n'.split(''),
		'password',
		'"token":',
		'Bearer ',
		'://',
		'-----BEGIN ',
		'PRIVATE KEY-----',
	),
	fc.constantFrom('[redacted]', '4111', 'eyJ', 'AKIA', '=>', '--api-key ', 'Cookie: ', '[', '{'),
	fc.string({ maxLength: 12 }),
);
const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));

describe('every text', () => {
	it('is not changed by redacting it again', () => {
		fc.assert(
			fc.property(texts, (text) => {
				const once = redactor.text(text);
				expect(redactor.text(once)).toBe(once);
			}),
			{ numRuns: 3000 },
		);
	});

	it('that is JSON is still JSON when it is redacted', () => {
		fc.assert(
			fc.property(
				fc.dictionary(fc.constantFrom('password', 'page', 'api_key', 'cookie'), fc.oneof(texts, fc.jsonValue())),
				(value) => {
					JSON.parse(redactor.text(JSON.stringify(value)));
				},
			),
			{ numRuns: 1000 },
		);
	});
});

describe('a value that is written in its own way', () => {
	it.each([
		['<user>kent</user><password>hunter2 x</password>', '<user>kent</user><password>[redacted]</password>'],
		['a > b <token> c', 'a > b <token> c'],
		['curl -u kent:hunter2 https://x', 'curl -u kent:[redacted] https://x'],
		['curl --user kent:hunter2', 'curl --user kent:[redacted]'],
		['docker run -u 1000:1000 plants', 'docker run -u 1000:1000 plants'],
		['seed phrase: abandon ability able', 'seed phrase: [redacted]'],
		['the API key: 3f8a12 was refused', 'the API key: [redacted] was refused'],
		['the API key: see the manual', 'the API key: see the manual'],
		['a monkey: 3f8a12', 'a monkey: 3f8a12'],
		['Authorization: Digest username="kent", response="ab"\nHost: x', 'Authorization: [redacted]\nHost: x'],
		['PWD=/home/kent', 'PWD=/home/kent'],
		['pwd=hunter2', 'pwd=[redacted]'],
		['WHERE token = $1 AND password = %s', 'WHERE token = $1 AND password = %s'],
		[`token=\${TOKEN}`, `token=\${TOKEN}`],
		['password=$ecret1', 'password=[redacted]'],
		['https://example.com:8443?mail=kent@example.com', 'https://example.com:8443?mail=kent@example.com'],
		['https://kent:a?b#c@example.com/x', 'https://[redacted]@example.com/x'],
		[`hash $2b$12$${'aB3/'.repeat(13)}a.`, 'hash [redacted].'],
		['costs $1$ or $5$ more', 'costs $1$ or $5$ more'],
		[`AKIA${'IOSFODNN7EXAMPLE'} wJalrXUtnFEMI/K7MDENG${'/bPxRfiCYEXAMPLEKEY'}`, '[redacted] [redacted]'],
		[`id wJalrXUtnFEMI/K7MDENG${'/bPxRfiCYEXAMPLEKEY'}`, `id wJalrXUtnFEMI/K7MDENG${'/bPxRfiCYEXAMPLEKEY'}`],
	])('%j becomes %j', (text, expected) => {
		expect(redactor.text(text)).toBe(expected);
		expect(redactor.text(expected)).toBe(expected);
	});
});
