import { describe, expect, it } from '@jest/globals';
import { Redactor } from '../../../lib/redaction/redactor.js';
import { timesAsLong } from '../../support/rounds.js';

const redactor = new Redactor({ values: ['acme-*', 'nightingale'] });

/** What makes a careless detector go over a text again and again. */
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
};

const of = (piece: string, length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

const looks = (count: number, text: string) => () => {
	for (let look = 0; look < count; look++) redactor.text(text);
};

describe('the time that a text takes', () => {
	it.each(Object.entries(ADVERSARIAL))('grows with its length alone: %s', async (_name, piece) => {
		const [short, long] = [of(piece, 8192), of(piece, 8192 * 32)];
		looks(16, short)();
		// As many characters in one text as in 32: linear is the same time, quadratic 32 times that.
		expect(await timesAsLong(10, looks(32, short), looks(1, long))).toBeLessThan(10);
	});

	it('a megabyte of each is looked at, and of a megabyte of prose the one secret in it is found', () => {
		for (const piece of Object.values(ADVERSARIAL)) expect(redactor.text(of(piece, 2 ** 20)).length).toBeGreaterThan(0);
		const prose = of('The gardener, kent: he waters 12 plants at 10:30 - and self.soul = good. ', 2 ** 20);
		expect(redactor.text(prose)).toBe(prose);
		const planted = `${prose} AKIA${'IOSFODNN7EXAMPLE'} ${prose}`;
		expect(redactor.text(planted)).toBe(`${prose} [redacted] ${prose}`);
	});
});
