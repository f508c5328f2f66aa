// Measures the sides of one row beside each other, in one process.

/** Where the exporter has to keep up, a sample is short enough for the batch processor's queue of 2,048. */
const DRAINED_CALLS = 200;
const CALLS = 1000;

/** Each side is called so often before it is measured, however little of the processor it gets: then its code is compiled. */
const WARM_CALLS = 20_000;

const LOOPS = {
	sync: 'return (n) => { let sum = 0; for (let i = 0; i < n; i++) sum = (sum + call(i)) | 0; return sum; };',
	async:
		'return async (n) => { let sum = 0; for (let i = 0; i < n; i++) sum = (sum + (await call(i))) | 0; return sum; };',
	stream: 'return async (n) => { let sum = 0; for await (const item of call(n)) sum = (sum + item) | 0; return sum; };',
};

/** Keeps results alive, so that no call is optimised away. */
let sink = 0;

/**
 * Measures each side of a row in every round, in an order that alternates.
 *
 * @param row.shape - sync; async: each call is awaited; stream: one call gives n items, and the cost is that of one item
 * @param row.sides - `{ name, call }`; all have to answer the same, which is checked
 * @param row.drains - true where the pause after a sample, in which batches are exported, belongs to the cost
 * @param row.within - runs a function in the context that the row is about
 * @returns for each side ns per call: `perRound`, the median of each round's samples, and `quiet`, which 5 % of all samples
 *   are below: what it costs while nobody else uses the machine; and how often it was called
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
	const answers = new Set();
	for (const side of sides) answers.add(await sample(side, n, within, row.drains).then(() => sink));
	if (answers.size > 1)
		throw new Error(`The sides of '${row.name}' do not answer the same: ${[...answers].join(', ')}.`);
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

/** Every side has a loop compiled for it alone: in a shared one, each would pay for what the others are. */
function makeLoop(shape, call) {
	return new Function('call', LOOPS[shape])(call);
}

/** Samples of one side for so many milliseconds. */
async function run(side, n, within, drains, ms) {
	const samples = [];
	const until = performance.now() + ms;
	do samples.push(await sample(side, n, within, drains));
	while (performance.now() < until);
	return samples;
}

/** One sample: n calls and the pause after them. ns per call. */
async function sample(side, n, within, drains) {
	side.calls += n;
	side.streams += 1;
	const start = performance.now();
	const answer = within(() => side.loop(n));
	sink = typeof answer === 'number' ? answer : await answer;
	const called = performance.now();
	await new Promise(setImmediate);
	return (((drains ? performance.now() : called) - start) * 1e6) / n;
}

/** The middle value. */
export function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** The value that this part of all values is below. */
export function quantile(values, part) {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)];
}

/** The middle of the values, the smallest and the largest. */
export function spread(values) {
	return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
