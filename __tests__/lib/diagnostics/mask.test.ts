import { describe, expect, it } from '@jest/globals';
import { secretHeaders } from '../../../lib/diagnostics/configured-secrets.js';
import { lineOf, mask } from '../../../lib/diagnostics/mask.js';

describe('mask()', () => {
	it.each([
		['authorization: Bearer abc.def-123', 'authorization: [redacted]'],
		['{"Authorization":"Basic dXNlcjpwYXNz"}', '{"Authorization":[redacted]}'],
		['it sent Bearer abcdefgh12345 to it', 'it sent Bearer [redacted] to it'],
		['GET https://host/v1?api_key=k-123&x=1', 'GET https://host/v1?api_key=[redacted]&x=1'],
		['x-honeycomb-team-token=abc, other=1', 'x-honeycomb-team-token=[redacted], other=1'],
		['connect to https://kent:pass@host:4318/v1/traces', 'connect to https://[redacted]@host:4318/v1/traces'],
		['password: "correct horse"', 'password: [redacted]'],
	])('takes the secret out of %s', (text, masked) => {
		expect(mask(text)).toBe(masked);
	});

	it('leaves words alone', () => {
		const text = 'connect ECONNREFUSED 127.0.0.1:4318; tokens.in=12 were counted, 5 tokens';
		expect(mask(text)).toBe(text);
	});

	it('takes the value of a configured header out, wherever it stands', () => {
		secretHeaders({ 'x-team': 'garden-key-1' });
		expect(mask('refused: garden-key-1 is unknown')).toBe('refused: [redacted] is unknown');
	});
});

describe('lineOf()', () => {
	it('makes one line of what a diag logger is given', () => {
		expect(lineOf('one\n  two', [3, new TypeError('four'), { five: 5 }])).toBe(
			'agentese-otel: OpenTelemetry says: one two 3 TypeError: four {"five":5}',
		);
	});

	it("makes a sentence of the JSON text of OpenTelemetry's error handler, without its stack", () => {
		const text = JSON.stringify({
			stack: 'AggregateError [ECONNREFUSED]: \n    at internalConnectMultiple (node:net:1134:18)',
			message: '',
			errors: 'Error: connect ECONNREFUSED ::1:4318,Error: connect ECONNREFUSED 127.0.0.1:4318',
			code: 'ECONNREFUSED',
			name: 'AggregateError',
		});
		expect(lineOf(text, [])).toBe(
			'agentese-otel: OpenTelemetry says: AggregateError: Error: connect ECONNREFUSED ::1:4318,' +
				'Error: connect ECONNREFUSED 127.0.0.1:4318',
		);
	});

	it('leaves what the toolkit says itself as it is, and cuts what is too long', () => {
		expect(lineOf('agentese-otel: a sentence.', [])).toBe('agentese-otel: a sentence.');
		expect(lineOf('x'.repeat(5000), []).length).toBe(1000);
	});

	it('throws for nothing', () => {
		const circle: { self?: object } = {};
		circle.self = circle;
		expect(lineOf('of', [circle, Object.create(null), undefined])).toMatch(
			/^agentese-otel: OpenTelemetry says: of something/,
		);
	});
});
