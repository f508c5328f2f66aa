import { afterEach, describe, expect, it } from '@jest/globals';
import { configureRedaction, createRedactor } from '../../../../lib/redaction/settings.js';
import { RepeatedValue } from '../../../../lib/signals/tracing/repeated-value.js';

const restores: (() => void)[] = [];
afterEach(() => {
	for (const restore of restores.splice(0)) restore();
});

/** Redacts by these rules until the end of the test. */
function rules(redact: Parameters<typeof createRedactor>[0], atWrite = true): void {
	restores.push(configureRedaction({ redactor: createRedactor(redact), atWrite }));
}

describe('a repeated value', () => {
	const secret = 'Bearer abcdefghijklmnopqrstuvwxyz012345';

	it('is redacted and cut, the first time and again', () => {
		const ids = new RepeatedValue('app.id', 8);
		expect(['kent', 'kent', 'a'.repeat(9), 'a'.repeat(9), 'ada'].map((id) => ids.of(id))).toEqual([
			'kent',
			'kent',
			'a'.repeat(8),
			'a'.repeat(8),
			'ada',
		]);
		const texts = new RepeatedValue('app.text', 256);
		expect(texts.of(secret)).not.toContain('abcdefgh');
		expect(texts.of(secret)).not.toContain('abcdefgh');
	});

	it('is redacted anew after a change of the settings', () => {
		const ids = new RepeatedValue('app.id', 256);
		expect(ids.of('kent')).toBe('kent');
		rules({ keys: ['app.id'] });
		expect(ids.of('kent')).toBe('[redacted]');
		rules({ keys: ['app.id'] }, false);
		expect(ids.of('kent')).toBe('kent');
		rules(false);
		expect(ids.of(secret)).toBe(secret);
	});

	it('reaches a custom function each time', () => {
		let calls = 0;
		rules({ replace: (_key, value) => `${value}${++calls}` });
		const ids = new RepeatedValue('app.id', 256);
		expect(['kent', 'kent', 'kent'].map((id) => ids.of(id))).toEqual(['kent1', 'kent2', 'kent3']);
	});
});
