// The question `million`: are the heap, the cost of a call and the number of series the same after a million
// invocations?
import { median } from '../lib/measure.mjs';
import { startPreset, startSdk } from '../lib/sdk.mjs';
import { byHand } from '../lib/sides.mjs';
import { decorate, entry } from '../lib/toolkit.mjs';

const { Aspect, createLogos, Metered, Resolver, Traced } = await entry();

/** The heading of the table. */
export const title = 'What becomes of memory, cost and labels after 1,000,000 invocations?';

const CALLS = 1_000_000;
const TENTHS = 10;
/** Calls between two turns of the event loop, in which the batch processor exports: its queue holds 2,048 spans. */
const SLICE = 200;
const BOTH = { spans: 1, points: 1 };

/** Returns a side with a new entity and a new observer in each call, so that anything that grows with them shows. */
function dispatched() {
	class Citizen {
		async greet(_umwelt, x) {
			return x + 1;
		}
	}
	decorate(Citizen, 'greet', Aspect(), Traced(), Metered());
	const cls = Resolver('world.town.:citizen')(Citizen) ?? Citizen;
	const logos = createLogos([new cls()]);
	const call = (i) => logos.invoke(`world.town.c${i}.greet`, { id: `observer-${i}`, archetype: 'developer' }, i);
	return { name: 'logos.invoke, a new entity and a new observer each time', call };
}

/** Returns the used heap in bytes after two full garbage collections: the first one runs finalizers. */
async function heap() {
	for (let i = 0; i < 2; i++) {
		globalThis.gc();
		await new Promise(setImmediate);
	}
	return process.memoryUsage().heapUsed;
}

/** Makes the calls from number `from` to `to`, and returns the median of their cost in ns. */
async function calls({ call }, from, to) {
	const samples = [];
	for (let i = from; i < to; ) {
		const begun = performance.now();
		for (const end = Math.min(to, i + SLICE); i < end; i++) await call(i);
		await new Promise(setImmediate);
		samples.push(((performance.now() - begun) * 1e6) / SLICE);
	}
	return median(samples);
}

/** Returns a scene's `run`, which measures the cost and the heap of each tenth of the calls. */
function million(make) {
	return async (_effort, sdk) => {
		const side = make();
		sdk.counted.byPath = false;
		// Warms the code up, so that the first tenth does not include its compilation.
		const warm = 20_000;
		await calls(side, 0, warm);
		await sdk.flush();
		const tenths = [];
		const heaps = [await heap()];
		for (let tenth = 0; tenth < TENTHS; tenth++) {
			const from = warm + (tenth * CALLS) / TENTHS;
			tenths.push(await calls(side, from, from + CALLS / TENTHS));
			await sdk.flush();
			heaps.push(await heap());
		}
		const made = warm + CALLS;
		const exported = [...sdk.counted.spans.values()].reduce((sum, count) => sum + count, 0);
		const counted = [...sdk.counted.counts.values()].reduce((sum, count) => sum + count, 0);
		return {
			name: side.name,
			tenths,
			heaps,
			points: Math.max(...sdk.counted.points.values()),
			...(exported !== made && { fault: `made ${made} spans, exported ${exported}` }),
			...(counted !== made && { fault: `made ${made} counts, exported ${counted}` }),
		};
	};
}

const runByHand = million(() => byHand('async', 'both', BOTH));
const runToolkit = million(dispatched);
const startOtherSdk = () => startSdk({ traces: 'on', metrics: true });

/** The scenes, each in its own process. */
export const scenes = [
	{ name: "by hand, somebody else's SDK", start: startOtherSdk, run: runByHand },
	{ name: "agentese-otel, somebody else's SDK", start: startOtherSdk, run: runToolkit },
	{ name: 'agentese-otel, our presets', start: () => startPreset({ traces: 'on', metrics: true }), run: runToolkit },
];

/** The columns of the table: the member of a line, and its heading. */
export const columns = {
	scene: 'scene',
	first: 'ns, first tenth',
	last: 'ns, last tenth',
	growth: 'last / first',
	grown: 'bytes more, per call',
	points: 'points of a metric',
	target: 'target',
};

/**
 * Returns the lines of the table from the figures of all processes. The heap is flat if it grew by less than one byte
 * per call between the end of the first tenth and the end of the last.
 */
export function lines(runs) {
	return [...runs].map(([scene, processes]) => {
		const first = median(processes.map(({ tenths }) => tenths[0]));
		const last = median(processes.map(({ tenths }) => tenths.at(-1)));
		const grown = median(processes.map(({ heaps }) => heaps.at(-1) - heaps[1])) / (CALLS * (1 - 1 / TENTHS));
		const points = Math.max(...processes.map((figures) => figures.points));
		return {
			scene,
			first,
			last,
			growth: last / first,
			grown,
			points,
			...(scene.startsWith('agentese') && { target: 'flat', met: grown < 1 && last / first < 1.2 && points <= 10 }),
			fault: processes.map(({ fault }) => fault).find((fault) => fault !== undefined),
		};
	});
}
