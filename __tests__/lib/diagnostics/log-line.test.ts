import { describe, expect, it } from '@jest/globals';
import { formatLine } from '../../../lib/diagnostics/log-line.js';

describe('formatLine()', () => {
	it('returns the arguments of a diag logger as one line', () => {
		expect(formatLine('one\n  two', [3, new TypeError('four'), { five: 5 }])).toBe(
			'agentese-otel: OpenTelemetry reported: one two 3 TypeError: four {"five":5}',
		);
	});

	it("reduces the JSON text of OpenTelemetry's error handler to its name and messages, without the stack", () => {
		const text = JSON.stringify({
			stack: 'AggregateError [ECONNREFUSED]: \n    at internalConnectMultiple (node:net:1134:18)',
			message: '',
			errors: 'Error: connect ECONNREFUSED ::1:4318,Error: connect ECONNREFUSED 127.0.0.1:4318',
			code: 'ECONNREFUSED',
			name: 'AggregateError',
		});
		expect(formatLine(text, [])).toBe(
			'agentese-otel: OpenTelemetry reported: AggregateError: Error: connect ECONNREFUSED ::1:4318,' +
				'Error: connect ECONNREFUSED 127.0.0.1:4318',
		);
	});

	it('leaves messages of the toolkit unchanged, and cuts lines that are too long', () => {
		expect(formatLine('agentese-otel: a sentence.', [])).toBe('agentese-otel: a sentence.');
		expect(formatLine('x'.repeat(5000), []).length).toBe(1000);
	});

	it('does not throw for values that cannot be read', () => {
		const circle: { self?: object } = {};
		circle.self = circle;
		expect(formatLine('of', [circle, Object.create(null), undefined])).toMatch(
			/^agentese-otel: OpenTelemetry reported: of \(a value that cannot be read\)/,
		);
	});
});
