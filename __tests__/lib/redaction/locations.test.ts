import { describe, expect, it } from '@jest/globals';
import { Redactor } from '../../../lib/redaction/redactor.js';

const redactor = new Redactor();

describe('a line of a stack trace', () => {
	it.each([
		'    at check (/srv/garden/token.js:12:5)',
		'    at token.js:12:5',
		'    at async Auth.password (file:///app/dist/secret.mjs:3:7)',
		'    at password (secret:12:5)',
		'    at token:12:5',
		'    at node:internal/token:12:5',
		'at C:\\garden\\secret:12:5',
		'token@http://localhost:5173/src/password:12:5',
		'token.js:12',
		'(api-key.tsx:12)',
		'webpack://garden/./src/password.vue:3:4',
	])('is kept: %s', (frame) => {
		expect(redactor.text(frame)).toBe(frame);
		expect(redactor.text(`Error: gone\n${frame}\n    at end`)).toBe(`Error: gone\n${frame}\n    at end`);
	});

	it.each([
		['password:12345', 'password:[redacted]'],
		['password:12:5', 'password:[redacted]'],
		['token: 12345', 'token: [redacted]'],
		['x.token:12', 'x.token:[redacted]'],
		['/secret:12345678:1', '/secret:[redacted]'],
		['/secret:12:5x', '/secret:[redacted]'],
		['https://x/token.js?token=abc1:12:5', 'https://x/token.js?token=[redacted]'],
	])('is not what %s is', (text, expected) => {
		expect(redactor.text(text)).toBe(expected);
	});
});
