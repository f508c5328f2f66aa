// What does a woven method cost, per call?
import { context } from '@opentelemetry/api';
import { startSdk, unsampledParent } from '../lib/sdk.mjs';
import { bare, byHand, byLogos, byPeers, woven, wovenWithoutActive } from '../lib/sides.mjs';

export const title = 'What does a woven method cost, per call?';

/** What one call leaves behind; checked after the scene. */
const NOTHING = { spans: 0, points: 0 };
const SPAN = { spans: 1, points: 0 };
const POINT = { spans: 0, points: 1 };
const BOTH = { spans: 1, points: 1 };

/** Sync and async, the toolkit beside the bare call, the code by hand and the peers. */
async function traced(expected, more) {
	const rows = [];
	for (const shape of ['sync', 'async']) {
		const peers = await byPeers(shape, expected);
		const sides = [bare(shape), byHand(shape, 'traced', expected), woven(shape, 'traced', expected), ...peers];
		rows.push({ name: shape, shape, sides, ...more });
	}
	return rows;
}

function counted(dress, expected) {
	return ['sync', 'async'].map((shape) => ({
		name: shape,
		shape,
		drains: expected.spans > 0,
		sides: [
			bare(shape),
			byHand(shape, dress, expected),
			woven(shape, dress, expected),
			wovenWithoutActive(shape, dress, expected),
		],
	}));
}

/** One stream is one span, whatever the number of its items; the cost is that of one item. */
function streamed(expected, more) {
	const sides = [bare('stream'), byHand('stream', 'traced', expected), woven('stream', 'traced', expected)];
	return { name: 'async generator, per item', shape: 'stream', sides, ...more };
}

/** `logos.invoke` over a direct call of the same woven method. */
function dispatched(dress, expected, more) {
	const sides = [bare('async'), woven('async', dress, expected, 'direct call'), byLogos(dress, expected)];
	return { name: 'logos.invoke', shape: 'async', over: 'direct call', sides, ...more };
}

/** Each scene is a process of its own: what is registered with OpenTelemetry is one per process. */
export const scenes = [
	{
		name: 'no SDK',
		start: () => undefined,
		rows: async () => [...(await traced(NOTHING)), streamed(NOTHING)],
	},
	{
		name: 'unsampled parent',
		start: () => startSdk({ traces: 'on' }),
		rows: () => {
			const parent = unsampledParent();
			return traced(NOTHING, { within: (run) => context.with(parent, run) });
		},
	},
	{
		name: 'unsampled root',
		start: () => startSdk({ traces: 'off' }),
		rows: () => traced(NOTHING),
	},
	{
		name: 'recorded',
		start: () => startSdk({ traces: 'on' }),
		rows: async () => [...(await traced(SPAN, { drains: true })), streamed(SPAN, { drains: true })],
	},
	{
		name: 'metered',
		start: () => startSdk({ metrics: true }),
		rows: () => counted('metered', POINT),
	},
	{
		name: 'traced and metered',
		start: () => startSdk({ traces: 'on', metrics: true }),
		rows: () => counted('both', BOTH),
	},
	{
		name: 'dispatched, no SDK',
		start: () => undefined,
		rows: () => [dispatched('both', NOTHING)],
	},
	{
		name: 'dispatched, recorded',
		start: () => startSdk({ traces: 'on', metrics: true }),
		rows: () => [dispatched('both', BOTH, { drains: true })],
	},
];
