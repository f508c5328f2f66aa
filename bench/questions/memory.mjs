// The question `memory`: what does one recorded invocation keep in memory until it is exported?
import { median } from '../lib/measure.mjs';
import { startPreset, startSdk } from '../lib/sdk.mjs';
import { byHand, woven } from '../lib/sides.mjs';

/** The heading of the table. */
export const title = 'What does one recorded invocation keep in memory until it is exported?';

/** Calls of each side in a round. */
const CALLS = 5000;
/** By how much the ratio differs between processes. */
const SPREAD = 0.02;
const SPAN = { spans: 1, points: 0 };

/** Keeps the batch processor from exporting before the flush. */
const batch = { maxQueueSize: 50_000, maxExportBatchSize: 50_000, scheduledDelayMillis: 1e8 };

/** Returns the used heap in bytes after two full garbage collections: the first one runs finalizers. */
async function heap() {
	for (let i = 0; i < 2; i++) {
		globalThis.gc();
		await new Promise(setImmediate);
	}
	return process.memoryUsage().heapUsed;
}

/** Returns how many bytes each call of a side keeps until its spans are exported. */
async function once({ call }, sdk) {
	const before = await heap();
	for (let i = 0; i < CALLS; i++) await call(i);
	const bytes = (await heap()) - before;
	await sdk.flush();
	return bytes / CALLS;
}

/** Measures both sides in each round. */
async function run({ rounds }, sdk) {
	const sides = [byHand('async', 'traced', SPAN), woven('async', 'traced', SPAN)];
	const figures = sides.map(({ name }) => ({ name, bytes: [] }));
	for (let round = -1; round < rounds; round++) {
		for (const [index, side] of sides.entries()) {
			const bytes = await once(side, sdk);
			// Round -1 is not counted: it also allocates what exists once per process.
			if (round >= 0) figures[index].bytes.push(bytes);
		}
	}
	for (const [index, { path }] of sides.entries()) {
		const made = CALLS * (rounds + 1);
		const exported = sdk.counted.spans.get(path) ?? 0;
		if (made !== exported) figures[index].fault = `made ${made} spans, exported ${exported}`;
	}
	return figures;
}

/** The scenes, each in its own process. */
export const scenes = [
	{ name: "somebody else's SDK", start: () => startSdk({ traces: 'on', batch }), run },
	{ name: 'our presets', start: () => startPreset({ traces: 'on', batch }), run },
];

/** The columns of the table: the member of a line, and its heading. */
export const columns = { scene: 'scene', name: 'side', bytes: 'bytes each', ratio: 'x by hand', target: 'target' };

/** Returns the lines of the table from the figures of all processes. */
export function lines(runs) {
	return [...runs].flatMap(([scene, processes]) => {
		const sides = processes[0].map(({ name }, index) => ({
			name,
			bytes: median(processes.flatMap((figures) => figures[index].bytes)),
			fault: processes.map((figures) => figures[index].fault).find((fault) => fault !== undefined),
		}));
		const hand = sides[0].bytes;
		return sides.map((side, index) => {
			const ratio = side.bytes / hand;
			return { scene, ...side, ...(index > 0 && { ratio, target: 1, met: ratio <= 1 + SPREAD }) };
		});
	});
}
