import { describe, expect, it } from '@jest/globals';
import { Redactor } from '../../../lib/redaction/redactor.js';
import { timesAsLong } from '../../support/rounds.js';

const redactor = new Redactor({ values: ['acme-*', 'nightingale'] });

/** Pieces whose repetition makes a detector scan a text again and again if it goes back. */
const ADVERSARIAL: Readonly<Record<string, string>> = {
	'one letter': 'a',
	digits: '1',
	'groups of digits': '1111 ',
	'beginnings of keys': 'sk-',
	'beginnings of long keys': 'github_pat_',
	'beginnings of tokens': 'eyJ',
	'tokens without end': 'eyJhbGciOi.',
	'headers of private keys': '-----BEGIN PRIVATE KEY',
	hyphens: '-',
	'open quotes of passwords': '"password":"',
	'open brackets of passwords': '"password":[',
	'escaped quotes of passwords': '\\"password\\":\\"',
	backslashes: '\\',
	'users of addresses': 'a://b:c',
	'at signs': 'a://@',
	colons: 'a:',
	'equals signs': '=',
	blanks: ' ',
	schemes: 'Bearer ',
	'basic schemes': 'Basic dXNlcjp',
	flags: '--password ',
	cookies: 'Cookie: a',
	'base64 of 39': `${'aB3/'.repeat(9)}aB3 `,
	'beginnings of rules': 'acme-',
	'names of secrets': 'token_',
	'beginnings of tokens behind underscores': '_eyJ',
	'groups of a card': '4111 ',
	'numbers of cards': 'card 4111111111111112 ',
	'encoded percent signs': '%25',
	'encoded letters': '%41',
	'encoded line breaks': '%0a',
	'invisible characters': 'a\u200b',
	'escapes of JSON': '\\u0041',
	'escapes of HTML': '&#65;',
	'line breaks': 'a\n',
	'line breaks in keys': 'ghp_a1\n',
	'base64 of letters': 'QUFBQUFBQUFBQUFBQUFBQUFB',
	'base64 of words': 'QUFBQUFBQUFBQUFBQUFBQUFB ',
	'base64 of base64': Buffer.from(Buffer.from('QUFBQUFBQUFB'.repeat(10)).toString('base64')).toString('base64'),
	'keys of aws in a path': 'aZ3bY4cX5dW6eV7fU8gT9hS0iR1jQ2kP3lO4mN56/',
	'parts of a run': '_mmk',
	'keys of letters': 'AAAAAAAAAA',
	'keys with dots': 'a.bcdefg.',
	'numbers before a key': '1234567890:A',
	'frames of stacks': 'at token.js:12:5\n',
	'questions in addresses': 'a://b:c?',
	'names of two words': 'api key: ',
	'schemes of a form': 'Basic+dXNlcjp',
	'quotes of other kinds': `"token":'[redacted] `,
};

const of = (piece: string, length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

const passes = (count: number, text: string) => () => {
	for (let pass = 0; pass < count; pass++) redactor.text(text);
};

describe('the time to redact a text', () => {
	it.each(Object.entries(ADVERSARIAL))('is linear in its length: %s', async (_name, piece) => {
		const [short, long] = [of(piece, 4096), of(piece, 4096 * 32)];
		passes(16, short)();
		// One text with as many characters as 32 others: linear time is the same, quadratic time is 32 times as long.
		expect(await timesAsLong(10, passes(32, short), passes(1, long))).toBeLessThan(10);
	});

	it('is short enough for a megabyte of each piece, and the one secret in two megabytes of prose is found', () => {
		for (const piece of Object.values(ADVERSARIAL)) expect(redactor.text(of(piece, 2 ** 20)).length).toBeGreaterThan(0);
		const prose = of('The gardener, kent: he waters 12 plants at 10:30 - and self.soul = good. ', 2 ** 20);
		expect(redactor.text(prose)).toBe(prose);
		const planted = `${prose} AKIA${'IOSFODNN7EXAMPLE'} ${prose}`;
		expect(redactor.text(planted)).toBe(`${prose} [redacted] ${prose}`);
	});
});
