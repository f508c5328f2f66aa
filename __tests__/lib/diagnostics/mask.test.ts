import { describe, expect, it } from '@jest/globals';
import { secretHeaders } from '../../../lib/diagnostics/configured-secrets.js';
import { withoutSecrets } from '../../../lib/diagnostics/mask.js';

describe('withoutSecrets()', () => {
	it.each([
		['authorization: Bearer abc.def-123', 'authorization: [redacted]'],
		['{"Authorization":"Basic dXNlcjpwYXNz"}', '{"Authorization":"[redacted]"}'],
		['it sent Bearer abcdefgh12345 to it', 'it sent Bearer [redacted] to it'],
		['GET https://host/v1?api_key=k-123&x=1', 'GET https://host/v1?api_key=[redacted]&x=1'],
		['x-honeycomb-team-token=abc, other=1', 'x-honeycomb-team-token=[redacted], other=1'],
		['connect to https://kent:pass@host:4318/v1/traces', 'connect to https://[redacted]@host:4318/v1/traces'],
		['password: "correct horse"', 'password: "[redacted]"'],
	])('masks the secret of %s', (text, masked) => {
		expect(withoutSecrets(text)).toBe(masked);
	});

	it('leaves ordinary words unchanged', () => {
		const text = 'connect ECONNREFUSED 127.0.0.1:4318; tokens.in=12 were counted, 5 tokens';
		expect(withoutSecrets(text)).toBe(text);
	});

	it('forgets the secret that was configured longest ago when a token was renewed 500 times', () => {
		const token = (turn: number) => `plain-word-${turn}-of-kent`;
		for (let turn = 0; turn <= 500; turn++) secretHeaders({ 'x-turn': token(turn) });
		expect(withoutSecrets(token(0))).toBe(token(0));
		expect([withoutSecrets(token(1)), withoutSecrets(token(500))]).toEqual(['[redacted]', '[redacted]']);
		secretHeaders({ 'x-turn': token(1) });
		secretHeaders({ 'x-turn': token(501) });
		expect([withoutSecrets(token(1)), withoutSecrets(token(2))]).toEqual(['[redacted]', token(2)]);
	});

	it('masks the value of a configured header anywhere in the text', () => {
		secretHeaders({ 'x-team': 'garden-key-1' });
		expect(withoutSecrets('refused: garden-key-1 is unknown')).toBe('refused: [redacted] is unknown');
	});
});
