import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nearest, nearestPaths } from '../../../../lib/agentese/errors/nearest.js';

/** The distance by the textbook's recursion, without band and limit. */
function edits(a: string, b: string): number {
	const table = Array.from({ length: a.length + 1 }, (_, i) =>
		Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
	);
	const at = (i: number, j: number) => table[i]?.[j] ?? Number.NaN;
	for (let i = 1; i <= a.length; i++) {
		for (let j = 1; j <= b.length; j++) {
			let least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				least = Math.min(least, at(i - 2, j - 2) + 1);
			(table[i] ?? [])[j] = least;
		}
	}
	return at(a.length, b.length);
}

describe('nearest()', () => {
	it.each([
		['swapped', 'slef', ['self']],
		['left out', 'sef', ['self']],
		['too many', 'sellf', ['self']],
		['another', 'sekf', ['self']],
	])('finds a word with a letter %s', (_name, word, found) => {
		expect(nearest(word, ['world', 'self', 'concept', 'void', 'time'])).toEqual(found);
	});

	it('returns the nearest first, equally near ones by their text, whatever the order of the candidates', () => {
		const candidates = ['labelled', 'lapels', 'labels', 'label', 'buckets'];
		expect(nearest('lables', candidates)).toEqual(['labels', 'label', 'lapels']);
		expect(nearest('lables', candidates.toReversed())).toEqual(['labels', 'label', 'lapels']);
	});

	it('returns at most `max` candidates, each once', () => {
		expect(nearest('ab', ['aa', 'ac', 'ad', 'aa', 'ae'])).toEqual(['aa', 'ac', 'ad']);
		expect(nearest('ab', ['aa', 'ac', 'ad'], 1)).toEqual(['aa']);
	});

	it('returns nothing if nothing is near', () => {
		expect(nearest('witness', ['world', 'self', 'concept', 'void', 'time'])).toEqual([]);
		expect(nearest('', ['a'])).toEqual([]);
		expect(nearest('a', [])).toEqual([]);
	});

	it('compares no word beyond 128 letters, and no more than 2000 candidates', () => {
		const long = 'a'.repeat(129);
		expect(nearest(long, [long])).toEqual([]);
		expect(nearest('a'.repeat(10_000_000), ['a'])).toEqual([]);
		let read = 0;
		function* endless() {
			for (;;) {
				read++;
				yield 'zzzz';
			}
		}
		expect(nearest('self', endless())).toEqual([]);
		expect(read).toBe(2001);
	});

	it('counts edits as the textbook does', () => {
		const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 14 });
		fc.assert(
			fc.property(word, word, (a, b) => {
				const limit = Math.min(4, Math.max(1, Math.floor(a.length / 3)));
				expect(nearest(a, [b])).toEqual(edits(a, b) <= limit ? [b] : []);
			}),
			{ numRuns: 2000 },
		);
	});
});

describe('nearestPaths()', () => {
	const paths = [
		'self.soul.manifest',
		'self.soul.challenge',
		'self.memory.cartography.map',
		'self.memory.recall',
		'world.town.manifest',
		'void.manifest',
		'void.entropy.sip',
	];

	it('returns mistyped paths before those with the same handle', () => {
		expect(nearestPaths('self.soul.manifst', paths)).toEqual(['self.soul.manifest', 'self.soul.challenge']);
	});

	it('returns paths with the same handle if no aspect is near', () => {
		expect(nearestPaths('self.soul.xyz', paths)).toEqual(['self.soul.challenge', 'self.soul.manifest']);
	});

	it('returns paths with the same first segment of the holon if the handle is unknown', () => {
		expect(nearestPaths('self.memory.xyz.abcdefgh', paths)).toEqual([
			'self.memory.cartography.map',
			'self.memory.recall',
		]);
	});

	it('returns paths with the same context for a path of two segments', () => {
		expect(nearestPaths('void.xyz', paths)).toEqual(['void.entropy.sip', 'void.manifest']);
	});

	it('returns at most `max` paths', () => {
		expect(nearestPaths('self.soul.xyz', paths, 1)).toEqual(['self.soul.challenge']);
	});

	it('returns nothing for a path that is similar to none', () => {
		expect(nearestPaths('time.clock.tick', paths)).toEqual([]);
		expect(nearestPaths('x', paths)).toEqual([]);
	});

	it('compares up to 2000 paths, for a path of any length', () => {
		const many = Array.from({ length: 3000 }, (_, at) => `self.soul.a${at}`);
		expect(nearestPaths(`self.soul.${'x'.repeat(1000)}`, many)).toEqual([
			'self.soul.a0',
			'self.soul.a1',
			'self.soul.a10',
		]);
		expect(nearestPaths('self.soul.a2999', many).includes('self.soul.a2999')).toBe(false);
	});
});
