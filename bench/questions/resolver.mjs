// The question `resolver`: by which share does telemetry lengthen a resolver that takes 1 ms?
import { pbkdf2Sync } from 'node:crypto';
import { BY_HAND } from '../lib/by-hand.mjs';
import { median, quantile } from '../lib/measure.mjs';
import { startPreset, startSdk } from '../lib/sdk.mjs';
import { decorate, entry } from '../lib/toolkit.mjs';

const { Metered, Resolver, Traced } = await entry();

/** The heading of the table. */
export const title = 'What does a resolver of 1 ms take longer, recorded and metered, end to end?';

const UMWELT = { id: 'kent', archetype: 'developer' };
const PATHS = { 'by hand': 'self.hand.add', 'agentese-otel': 'self.soul.add' };
/**
 * Calls of a sample: few, so that many samples run while no other process does. A sample includes the turn of the event
 * loop after them, in which batches are exported.
 */
const CALLS = 2;
/** How long a side is measured in a round, in ms. */
const SLICE = 400;

/**
 * The resolver's work. It is native code: its length depends on no clock, and V8 cannot compile it differently for a
 * side.
 */
function work(steps, x) {
	return pbkdf2Sync('kent', 'garden', steps, 16, 'sha256')[x & 15];
}

/** Steps of the work in a call: hardly any while the code is warmed up, then about 1 ms of work. */
let steps = 1;
/** Calls of each side before it is measured, as in a server that has been running for a while. */
const WARM_UP = 20_000;

/** Returns the number of steps that take 1 ms while no other process uses the machine. */
function calibrate() {
	const tried = 1000;
	const times = [];
	for (let i = 0; i < 500; i++) {
		const begun = performance.now();
		work(tried, i);
		times.push(performance.now() - begun);
	}
	return Math.round(tried / quantile(times, 0.05));
}

/** Returns the three sides: bare, by hand and the toolkit. */
function sides() {
	class Soul {
		async add(_umwelt, x) {
			return work(steps, x);
		}
	}
	class Woven extends Soul {
		async add(_umwelt, x) {
			return work(steps, x);
		}
	}
	decorate(Woven, 'add', Traced(), Metered());
	const woven = new (Resolver('self.soul')(Woven) ?? Woven)();
	const hand = BY_HAND.both.async(PATHS['by hand'], (_umwelt, x) => work(steps, x));
	const bare = new Soul();
	return [
		{ name: 'bare', call: (x) => bare.add(UMWELT, x) },
		{ name: 'by hand', call: (x) => hand(UMWELT, x) },
		{ name: 'agentese-otel', call: (x) => woven.add(UMWELT, x) },
	].map((side) => ({ ...side, calls: 0, samples: [] }));
}

/** Takes a sample of a side. Returns ms per call. */
async function sample(side) {
	const begun = performance.now();
	for (let i = 0; i < CALLS; i++) await side.call(i);
	await new Promise(setImmediate);
	side.calls += CALLS;
	return (performance.now() - begun) / CALLS;
}

/** Measures the sides in turns, sample by sample, so that the load of the machine affects them alike. */
async function run({ rounds }, sdk) {
	const all = sides();
	for (let i = 0; i < WARM_UP / CALLS; i++) for (const side of all) await sample(side);
	steps = calibrate();
	const results = new Set(await Promise.all(all.map(({ call }) => call(1))));
	if (results.size > 1) throw new Error(`The sides must return the same. They returned ${[...results].join(', ')}.`);
	for (const side of all) side.calls += 1;
	const samples = Math.ceil((rounds * SLICE) / CALLS);
	for (let i = 0; i < samples; i++) {
		for (const side of i % 2 === 0 ? all : all.toReversed()) side.samples.push(await sample(side));
	}
	await sdk.flush();
	return all.map(({ name, calls, samples: ms }) => {
		const { spans, counts } = sdk.counted;
		const path = PATHS[name];
		const lost = path && (spans.get(path) !== calls || counts.get(path) !== calls);
		const fault = lost ? `made ${calls}, exported ${spans.get(path)} spans, ${counts.get(path)} counts` : undefined;
		return { name, samples: ms, fault };
	});
}

/** The scenes, each in its own process. */
export const scenes = [
	{ name: "somebody else's SDK", start: () => startSdk({ traces: 'on', metrics: true }), run },
	{ name: 'our presets', start: () => startPreset({ traces: 'on', metrics: true }), run },
];

/** The columns of the table: the member of a line, and its heading. */
export const columns = {
	scene: 'scene',
	name: 'side',
	ms: 'ms',
	share: '% added, quiet',
	paired: '% added, median of pairs',
	target: 'target',
};

/**
 * Returns the lines of the table from the figures of all processes: the share by the 5th percentile of the samples,
 * and, with more noise, the median share of samples that were taken one after the other.
 */
export function lines(runs) {
	return [...runs].flatMap(([scene, processes]) =>
		processes[0].map(({ name }, index) => {
			const quiet = (at) => median(processes.map((sides) => quantile(sides[at].samples, 0.05)));
			const pairs = processes.flatMap((sides) =>
				sides[index].samples.map((ms, at) => 100 * (ms / sides[0].samples[at] - 1)),
			);
			const share = 100 * (quiet(index) / quiet(0) - 1);
			return {
				scene,
				name,
				ms: quiet(index),
				...(index > 0 && { share, paired: median(pairs) }),
				...(name === 'agentese-otel' && { target: 0.5, met: share < 0.5 }),
				fault: processes.map((sides) => sides[index].fault).find((fault) => fault !== undefined),
			};
		}),
	);
}
