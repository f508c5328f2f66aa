// Measures the sides of one row in turns, in one process.

/** Calls of a sample if spans are recorded: few enough for the batch processor's queue of 2,048 spans. */
const DRAINED_CALLS = 200;
/** Calls of any other sample. */
const CALLS = 1000;

/** Calls of each side before it is measured: by then V8 has optimised the code, however slow the machine is. */
const WARM_CALLS = 20_000;

/** The loop over n calls, by the method's shape. */
const LOOPS = {
	sync: 'return (n) => { let sum = 0; for (let i = 0; i < n; i++) sum = (sum + call(i)) | 0; return sum; };',
	async:
		'return async (n) => { let sum = 0; for (let i = 0; i < n; i++) sum = (sum + (await call(i))) | 0; return sum; };',
	stream: 'return async (n) => { let sum = 0; for await (const item of call(n)) sum = (sum + item) | 0; return sum; };',
};

/** Receives the sum of each sample's results, so that no call is optimised away. */
let sink = 0;

/**
 * Measures each side of a row once per round. The order of the sides alternates.
 *
 * @param row.shape - 'sync'; 'async': each call is awaited; 'stream': one call yields n items, and the cost is per item
 * @param row.sides - `{ name, call }`
 * @param row.drains - true if the pause after a sample, in which batches are exported, belongs to the cost
 * @param row.within - runs a function in the context that the row needs; by default it only calls it
 * @param effort - `rounds`; `slice` and `warmUp`, how long a side is measured in a round and warmed up at a time, in ms
 * @returns for each side, in ns per call: `perRound`, the median of each round's samples, and `quiet`, the 5th
 * percentile of
 *   all samples, which is the cost while no other process uses the machine; and `calls` and `streams`, how often it was
 *   called
 * @throws if the sides return different results
 */
export async function measureRow(row, { rounds, slice, warmUp }) {
	const n = row.drains ? DRAINED_CALLS : CALLS;
	const sides = row.sides.map((side) => ({
		...side,
		loop: makeLoop(row.shape, side.call),
		perRound: [],
		samples: [],
		calls: 0,
		streams: 0,
	}));
	const within = row.within ?? ((run) => run());
	const results = new Set();
	for (const side of sides) results.add(await sample(side, n, within, row.drains).then(() => sink));
	if (results.size > 1)
		throw new Error(`The sides of '${row.name}' must return the same. They returned ${[...results].join(', ')}.`);
	for (const side of sides) {
		while (side.calls < WARM_CALLS) await run(side, n, within, row.drains, warmUp);
	}
	for (let round = 0; round < rounds; round++) {
		const turn = round % 2 === 0 ? sides : sides.toReversed();
		for (const side of turn) {
			globalThis.gc?.({ type: 'minor' });
			const samples = await run(side, n, within, row.drains, slice);
			side.perRound.push(median(samples));
			side.samples.push(...samples);
		}
	}
	return sides.map(({ loop: _, call: _call, samples, ...measured }) => ({
		...measured,
		quiet: quantile(samples, 0.05),
	}));
}

/** Returns a loop for one side. A shared loop would be slower for all sides, because its call would be polymorphic. */
function makeLoop(shape, call) {
	return new Function('call', LOOPS[shape])(call);
}

/** Takes samples of one side for `ms` milliseconds, at least one. */
async function run(side, n, within, drains, ms) {
	const samples = [];
	const until = performance.now() + ms;
	do samples.push(await sample(side, n, within, drains));
	while (performance.now() < until);
	return samples;
}

/** Takes one sample, n calls and the pause after them. Returns ns per call, with the pause if `drains`. */
async function sample(side, n, within, drains) {
	side.calls += n;
	side.streams += 1;
	const start = performance.now();
	const result = within(() => side.loop(n));
	sink = typeof result === 'number' ? result : await result;
	const called = performance.now();
	await new Promise(setImmediate);
	return (((drains ? performance.now() : called) - start) * 1e6) / n;
}

/** Returns the median. */
export function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Returns the quantile. @param part - between 0 and 1 */
export function quantile(values, part) {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)];
}

/** Returns the median, the smallest and the largest of the values. */
export function spread(values) {
	return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
