import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DeadLetters } from '../../../delivery/sending/dead-letters.js';
import { secretHeaders } from '../../../lib/diagnostics/configured-secrets.js';
import { temporary } from '../../support/children.js';

let directory: string;
beforeEach(() => {
	directory = temporary();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const KEY = ['sk', 'proj', 'Zx81kQ0pWv7TnB2mRd4s'].join('-');

it('keeps the response of a backend without secrets: it may quote the headers of the request', async () => {
	const { tenant = '' } = secretHeaders({ tenant: 'garden-of-kent' });
	const letters = new DeadLetters(join(directory, 'refused'), { maxBytes: 1e6, maxAge: 1e9 });
	// The response is cut after 2,000 characters, which must not leave half of a secret.
	const answer = `Unknown tenant ${tenant}. ${'x'.repeat(1954)} key ${KEY}`;
	const letter = { endpoint: 'http://localhost:4318', encoding: 'json', count: 1, reason: `403 for ${tenant}`, answer };
	expect(await letters.keep(letter, Buffer.from('{}'))).toBe(true);
	const [name = ''] = readdirSync(join(directory, 'refused'));
	const [head = '', body] = readFileSync(join(directory, 'refused', name), 'utf8').split('\n');
	expect(JSON.parse(head)).toMatchObject({
		endpoint: 'http://localhost:4318',
		reason: '403 for [redacted]',
		answer: expect.stringMatching(/^Unknown tenant \[redacted\]\. x+ key \[redacted\]$/),
	});
	expect(body).toBe('{}');
});
