/** A generator of numbers from 0 to 1 (mulberry32): the same seed gives the same sample on every machine. */
export function random(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Returns up to `count` of the items, chosen at random by the seed, in the items' own order. */
export function sample(items, count, seed) {
	const next = random(seed);
	return items
		.map((item, index) => ({ item, index, rank: next() }))
		.sort((a, b) => a.rank - b.rank)
		.slice(0, count)
		.sort((a, b) => a.index - b.index)
		.map(({ item }) => item);
}
