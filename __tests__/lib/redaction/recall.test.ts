import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Redactor } from '../../../lib/redaction/redactor.js';
import { LIMITS } from '../../../scripts/redaction/figures.mjs';
import { falsePositives, means, recall } from '../../../scripts/redaction/measure.mjs';
import { tableSource } from '../../../scripts/redaction/table.mjs';

const redactor = new Redactor();
const redact = (text: string) => redactor.text(text);

describe('a generated corpus of secrets', () => {
	const kinds = recall(redact, { samples: 5, seed: 7 });

	it('has at least 93 kinds, and each is hidden', () => {
		expect(kinds.length).toBeGreaterThanOrEqual(93);
		expect(kinds.filter(({ found }) => (found['plain'] ?? 0) < 0.8).map(({ kind, missed }) => [kind, missed])).toEqual(
			[],
		);
	});

	it.each(Object.entries(LIMITS))('is hidden within its limit: %s', (wrapping, limit) => {
		expect(means(kinds)[wrapping]).toBeGreaterThanOrEqual(limit);
	});

	it('is missed by a redactor that finds nothing, and hides nothing of it', () => {
		const none = recall((text) => text, { samples: 1 });
		expect(Object.values(means(none)).every((share) => share === 0)).toBe(true);
	});
});

describe('100,000 values that are no secrets', () => {
	it.each(falsePositives(redact, { count: 10_000, seed: 7 }))('are not changed: $kind', ({ changed, count }) => {
		expect([changed.slice(0, 5), count]).toEqual([[], 10_000]);
	});
});

it('the table of providers is the one that `npm run redaction` generates', () => {
	const file = new URL('../../../lib/redaction/detectors/provider-keys.generated.ts', import.meta.url);
	expect(readFileSync(file, 'utf8')).toBe(tableSource());
});
