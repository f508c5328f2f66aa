// The question `calls`: what does a woven method cost, per call?
import { context as contextApi } from '@opentelemetry/api';
import { installed, peersWith } from '../lib/peers.mjs';
import { startPreset, startSdk, unsampledParent } from '../lib/sdk.mjs';
import { bare, byHand, byLogos, byPeer, woven, wovenWithoutActive } from '../lib/sides.mjs';

/** The heading of the table. */
export const title = 'What does a woven method cost, per call?';

/** How many spans and metric points one call creates, which is checked after the scene. */
const NOTHING = { spans: 0, points: 0 };
const SPAN = { spans: 1, points: 0 };
const POINT = { spans: 0, points: 1 };
const BOTH = { spans: 1, points: 1 };

/** Returns a sync and an async row: bare, by hand, and the toolkit with `@Traced`. */
function traced(expected, more) {
	return ['sync', 'async'].map((shape) => ({
		name: shape,
		shape,
		sides: [bare(shape), byHand(shape, 'traced', expected), woven(shape, 'traced', expected)],
		...more,
	}));
}

/** Returns a sync and an async row with metrics. @param telemetry - 'metered' or 'both' */
function counted(telemetry, expected) {
	return ['sync', 'async'].map((shape) => ({
		name: shape,
		shape,
		drains: expected.spans > 0,
		sides: [
			bare(shape),
			byHand(shape, telemetry, expected),
			woven(shape, telemetry, expected),
			wovenWithoutActive(shape, telemetry, expected),
		],
	}));
}

/** Returns the row of an async generator. A stream has one span, however many items it has; the cost is per item. */
function streamed(expected, more) {
	const sides = [bare('stream'), byHand('stream', 'traced', expected), woven('stream', 'traced', expected)];
	return { name: 'async generator, per item', shape: 'stream', sides, ...more };
}

/** Returns the row of `logos.invoke`, compared with a direct call of the same woven method. */
function dispatched(telemetry, expected, more) {
	const sides = [bare('async'), woven('async', telemetry, expected, 'direct call'), byLogos(telemetry, expected)];
	return { name: 'logos.invoke', shape: 'async', over: 'direct call', sides, ...more };
}

/** The four scenes of a traced call, for the toolkit and for every peer. */
const TRACED = [
	{ name: 'no SDK', start: () => undefined, expected: NOTHING },
	{ name: 'unsampled parent', start: () => startSdk({ traces: 'on' }), expected: NOTHING, parent: true },
	{ name: 'unsampled root', start: () => startSdk({ traces: 'off' }), expected: NOTHING, ownTraces: 'off' },
	{ name: 'recorded', start: () => startSdk({ traces: 'on' }), expected: SPAN, drains: true, ownTraces: 'on' },
];

/** Returns how `measureRow` calls the sides of a scene: below an unsampled parent, or with the export in the cost. */
function manner({ parent, drains }) {
	if (!parent) return { drains };
	const context = unsampledParent();
	return { within: (run) => contextApi.with(context, run) };
}

/** Returns a scene of a peer. It runs in its own process, because some peers patch modules or bring an SDK. */
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

/**
 * The toolkit's scenes. Each runs in its own process, because OpenTelemetry's API registers one provider per process.
 */
const TOOLKIT = [
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

/** All scenes. No peer has a row of streams, because all of them end a generator's span before its first item. */
export const scenes = [
	...TOOLKIT,
	...installed(peersWith('calls')).flatMap((peer) => TRACED.map((scene) => peerScene(scene, peer))),
];
