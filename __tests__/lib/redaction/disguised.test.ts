import { describe, expect, it } from '@jest/globals';
import { Redactor } from '../../../lib/redaction/redactor.js';
import { SHAPES } from './planted.js';

const redactor = new Redactor();
const KEY = SHAPES['github']?.text ?? '';
const HALF = KEY.slice(0, 20);
const REST = KEY.slice(20);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('');

describe('a secret in disguise', () => {
	it.each([
		['an encoded address', `/a?q=x%20${KEY}%20y`, '/a?q=x%20[redacted]%20y'],
		['an address in which each character is encoded', `q=${percent(`x ${KEY} y`)}&z=1`, 'q=%78%20[redacted]%20%79&z=1'],
		['an encoded name', 'GET /a?q=password%3Dhunter2%26page%3D2', 'GET /a?q=password%3D[redacted]%26page%3D2'],
		['an address that was encoded twice', 'q=token%253Dhunter2%2526page', 'q=token%253D[redacted]%2526page'],
		['an encoded header', 'Authorization%3A+Bearer+hunter2hunter2', 'Authorization%3A[redacted]'],
		['an encoded value', 'token=ab%26cd%2Fef&x=1', 'token=[redacted]&x=1'],
		['escapes of JSON', '{"said":"pass\\u0077ord=hunter2"}', '{"said":"pass\\u0077ord=[redacted]"}'],
		['escapes of HTML', 'password&#61;hunter2 &#x2f;', 'password&#61;[redacted] &#x2f;'],
		['a zero-width space', `it was ${HALF}\u200b${REST} then`, 'it was [redacted] then'],
		['a soft hyphen in its prefix', `it was gh\u00adp_${KEY.slice(4)} then`, 'it was [redacted] then'],
		['a line break', `it was ${HALF}\n${REST} then`, 'it was [redacted] then'],
		['a line break and an indent', `it was ${HALF}\r\n    ${REST} then`, 'it was [redacted] then'],
		['a line break in its prefix', `it was gh\np_${KEY.slice(4)} then`, 'it was [redacted] then'],
		['a line break as JSON writes it', `{"said":"${HALF}\\n${REST}"}`, '{"said":"[redacted]"}'],
		['an encoded line break', `q=${HALF}%0D%0A${REST}&x`, 'q=[redacted]&x'],
		['base64', `data ${base64(`the key is ${KEY}`)} end`, 'data [redacted] end'],
		['base64 of a name and a value', `data ${base64('{"password":"hunter2"}')} end`, 'data [redacted] end'],
		['base64 of base64', `data ${base64(base64(`the key is ${KEY}`))} end`, 'data [redacted] end'],
		['base64 in a path', `/v1/${base64(`the key is ${KEY}`)}`, '/v1/[redacted]'],
		['the last bytes of 4 KiB of base64', base64(`${'plants '.repeat(570)}${KEY}`), '[redacted]'],
		['a name before it', `x_${KEY}`, 'x_[redacted]'],
		['a path', `/v1/keys/${KEY}/edit`, '/v1/keys/[redacted]/edit'],
	])('is hidden: %s', (_name, text, expected) => {
		expect(redactor.text(text)).toBe(expected);
		expect(redactor.text(expected)).toBe(expected);
	});

	it.each([
		['lines that begin with words', 'it was a key\nError: gone\nthe end of it'],
		['an address', 'https://example.com/a%20b?x=%7B%22page%22%3A2%7D&y=100%25'],
		['a percent sign at the end', '100%, 5%2 and %25%zz'],
		['invisible characters', 'a\u200bword\u200b and\ufeff another'],
		['base64 of a text', `data ${base64('the gardener waters twelve plants at ten')} end`],
		[
			'base64 of bytes',
			'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg',
		],
		['escapes of HTML', 'a &#38; b &amp; c &#; &#x;'],
		['a path of Windows', 'C:\\new\\xylem\\users\\u0zz'],
	])('is not seen where there is none: %s', (_name, text) => {
		expect(redactor.text(text)).toBe(text);
	});

	it('of a line that is long enough does not hide the next line', () => {
		expect(redactor.text(`${KEY}\nError: gone`)).toBe('[redacted]\nError: gone');
		expect(redactor.text('TOKEN=abc\nPATH=/usr/bin\nsk-proj-Zx81kQ0pWv7T\nPlease ask')).toBe(
			'TOKEN=[redacted]\nPATH=/usr/bin\n[redacted]\nPlease ask',
		);
	});
});
