// What is the share of a resolver of 1 ms?
import { pbkdf2Sync } from 'node:crypto';
import { BY_HAND } from '../lib/by-hand.mjs';
import { median, quantile } from '../lib/measure.mjs';
import { startPreset, startSdk } from '../lib/sdk.mjs';
import { decorate, entry } from '../lib/toolkit.mjs';

const { Metered, Resolver, Traced } = await entry();

export const title = 'What does a resolver of 1 ms take longer, recorded and metered, end to end?';

const UMWELT = { id: 'kent', archetype: 'developer' };
const PATHS = { 'by hand': 'self.hand.add', 'agentese-otel': 'self.soul.add' };
/** Calls of a sample, few, so that many samples meet nobody else; the pause after them, in which batches go, counts. */
const CALLS = 2;
/** Milliseconds of each side in a round. */
const SLICE = 400;

/** Work that no sleep and no clock decides, and that no compiler compiles differently into one side: it is native. */
function work(steps, x) {
	return pbkdf2Sync('kent', 'garden', steps, 16, 'sha256')[x & 15];
}

/** Next to none while the code is warmed up: it is that of a server that runs for a while. */
let steps = 1;
const WARM_UP = 20_000;

/** The steps that take a millisecond while nobody else uses the machine. */
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

async function sample(side) {
	const begun = performance.now();
	for (let i = 0; i < CALLS; i++) await side.call(i);
	await new Promise(setImmediate);
	side.calls += CALLS;
	return (performance.now() - begun) / CALLS;
}

/** The sides take turns sample by sample: what else the machine does meets them alike. */
async function run({ rounds }, sdk) {
	const all = sides();
	for (let i = 0; i < WARM_UP / CALLS; i++) for (const side of all) await sample(side);
	steps = calibrate();
	const answers = new Set(await Promise.all(all.map(({ call }) => call(1))));
	if (answers.size > 1) throw new Error('The sides do not answer the same.');
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

export const scenes = [
	{ name: "somebody else's SDK", start: () => startSdk({ traces: 'on', metrics: true }), run },
	{ name: 'our presets', start: () => startPreset({ traces: 'on', metrics: true }), run },
];

export const columns = {
	scene: 'scene',
	name: 'side',
	ms: 'ms',
	share: '% added, quiet',
	paired: '% added, median of pairs',
	target: 'target',
};

/** The share: of the samples that only 5 % are below, and, noisier, the median of samples taken side by side. */
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
