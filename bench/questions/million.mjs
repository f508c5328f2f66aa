// What becomes of memory, of the cost of a call and of labels after a million invocations?
import { median } from '../lib/measure.mjs';
import { startPreset, startSdk } from '../lib/sdk.mjs';
import { byHand } from '../lib/sides.mjs';
import { decorate, entry } from '../lib/toolkit.mjs';

const { Aspect, createLogos, Metered, Resolver, Traced } = await entry();

export const title = 'What becomes of memory, cost and labels after 1,000,000 invocations?';

const CALLS = 1_000_000;
const TENTHS = 10;
/** As many as the batch processor takes in before it drains. */
const SLICE = 200;
const BOTH = { spans: 1, points: 1 };

/** Through a dispatcher, with a person and an observer who never come twice: what grows with either would show. */
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

async function heap() {
	for (let i = 0; i < 2; i++) {
		globalThis.gc();
		await new Promise(setImmediate);
	}
	return process.memoryUsage().heapUsed;
}

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

function million(make) {
	return async (_effort, sdk) => {
		const side = make();
		sdk.counted.byPath = false;
		// Compiled first: the first tenth is not to pay for it.
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

const hand = million(() => byHand('async', 'both', BOTH));
const ours = million(dispatched);
const theirs = () => startSdk({ traces: 'on', metrics: true });

export const scenes = [
	{ name: "by hand, somebody else's SDK", start: theirs, run: hand },
	{ name: "agentese-otel, somebody else's SDK", start: theirs, run: ours },
	{ name: 'agentese-otel, our presets', start: () => startPreset({ traces: 'on', metrics: true }), run: ours },
];

export const columns = {
	scene: 'scene',
	first: 'ns, first tenth',
	last: 'ns, last tenth',
	growth: 'last / first',
	grown: 'bytes more, per call',
	points: 'points of a metric',
	target: 'target',
};

/** The heap after the first tenth against that after the last: flat is less than one byte a call. */
export function lines(runs) {
	return [...runs].map(([scene, processes]) => {
		const first = median(processes.map(({ tenths }) => tenths[0]));
		const last = median(processes.map(({ tenths }) => tenths.at(-1)));
		const grown = median(processes.map(({ heaps }) => heaps.at(-1) - heaps[1])) / (CALLS * (1 - 1 / TENTHS));
		const points = Math.max(...processes.map((one) => one.points));
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
