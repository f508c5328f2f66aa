// What does a woven method cost, per call?
import { context as contextApi } from '@opentelemetry/api';
import { installed, peersWith } from '../lib/peers.mjs';
import { startPreset, startSdk, unsampledParent } from '../lib/sdk.mjs';
import { bare, byHand, byLogos, byPeer, woven, wovenWithoutActive } from '../lib/sides.mjs';

export const title = 'What does a woven method cost, per call?';

/** What one call leaves behind; checked after the scene. */
const NOTHING = { spans: 0, points: 0 };
const SPAN = { spans: 1, points: 0 };
const POINT = { spans: 0, points: 1 };
const BOTH = { spans: 1, points: 1 };

/** Sync and async, the toolkit beside the bare call and the code by hand. */
function traced(expected, more) {
	return ['sync', 'async'].map((shape) => ({
		name: shape,
		shape,
		sides: [bare(shape), byHand(shape, 'traced', expected), woven(shape, 'traced', expected)],
		...more,
	}));
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

/** The four ways a span can go, of the toolkit and of every peer. */
const TRACED = [
	{ name: 'no SDK', start: () => undefined, expected: NOTHING },
	{ name: 'unsampled parent', start: () => startSdk({ traces: 'on' }), expected: NOTHING, parent: true },
	{ name: 'unsampled root', start: () => startSdk({ traces: 'off' }), expected: NOTHING, ownTraces: 'off' },
	{ name: 'recorded', start: () => startSdk({ traces: 'on' }), expected: SPAN, drains: true, ownTraces: 'on' },
];

/** How the calls of a scene are made. */
function manner({ parent, drains }) {
	if (!parent) return { drains };
	const context = unsampledParent();
	return { within: (run) => contextApi.with(context, run) };
}

/** A peer's scene: a process of its own, because some patch what they load, or bring an SDK. */
function peerScene(scene, { folder, name }) {
	return {
		...scene,
		name: `${scene.name}: ${name}`,
		shown: scene.name,
		peer: folder,
		rows: async (sdk) => {
			const sides = await byPeer(folder, scene, sdk);
			return sides.map(({ shape, ...side }) => ({
				name: shape,
				shape,
				sides: [bare(shape), byHand(shape, 'traced', scene.expected), side],
				...manner(scene),
			}));
		},
	};
}

/** The toolkit's scenes, and what is recorded under its own start. Each is a process: what is registered is one per process. */
const OWN = [
	...TRACED.map((scene) => ({
		...scene,
		rows: () => {
			const rows = traced(scene.expected, manner(scene));
			return scene.parent || scene.ownTraces === 'off' ? rows : [...rows, streamed(scene.expected, manner(scene))];
		},
	})),
	{
		name: 'recorded, our presets',
		start: () => startPreset({ traces: 'on' }),
		rows: () => [...traced(SPAN, { drains: true }), streamed(SPAN, { drains: true })],
	},
	{
		name: 'metered',
		start: () => startSdk({ metrics: true }),
		rows: () => counted('metered', POINT),
	},
	{
		name: 'metered, our presets',
		start: () => startPreset({ metrics: true }),
		rows: () => counted('metered', POINT),
	},
	{
		name: 'traced and metered',
		start: () => startSdk({ traces: 'on', metrics: true }),
		rows: () => counted('both', BOTH),
	},
	{
		name: 'traced and metered, our presets',
		start: () => startPreset({ traces: 'on', metrics: true }),
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

/** No peer has a row of streams: each ends a generator's span before its first item. */
export const scenes = [
	...OWN,
	...installed(peersWith('calls')).flatMap((peer) => TRACED.map((scene) => peerScene(scene, peer))),
];
