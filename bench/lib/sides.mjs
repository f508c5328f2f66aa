// Creates the sides of a row: the same method bare, observed by hand, by the toolkit and by a peer.
import { BY_HAND } from './by-hand.mjs';
import { peer } from './peers.mjs';
import { decorate, entry } from './toolkit.mjs';

const { Aspect, createLogos, Metered, Resolver, Traced } = await entry();

/** The observer of every call. */
const UMWELT = { id: 'kent', archetype: 'developer' };

/**
 * The classes with the measured method, by its shape. Each side gets a new class, so that it shares no code with
 * others.
 */
const BODIES = {
	sync: () =>
		class Soul {
			add(_umwelt, x) {
				return x + 1;
			}
		},
	async: () =>
		class Soul {
			async add(_umwelt, x) {
				return x + 1;
			}
		},
	stream: () =>
		class Soul {
			async *add(_umwelt, n) {
				for (let i = 0; i < n; i++) yield i;
			}
		},
};

/** The toolkit's decorators by telemetry. */
const DECORATORS = { traced: () => [Traced()], metered: () => [Metered()], both: () => [Traced(), Metered()] };

let made = 0;
/** Returns a new path. Each side has its own, by which its spans and points are counted. */
const newPath = () => `self.soul${made++}.add`;

/** Returns a side. @param expected - how many spans and points a call creates */
function side(name, path, soul, expected) {
	return { name, path, call: (x) => soul.add(UMWELT, x), ...expected };
}

/** Returns the side without telemetry. @param shape - 'sync', 'async' or 'stream' */
export function bare(shape) {
	return side('bare', undefined, new (BODIES[shape]())(), {});
}

/** Returns the side that is observed by hand. @param telemetry - 'traced', 'metered' or 'both' */
export function byHand(shape, telemetry, expected) {
	const path = newPath();
	const body = new (BODIES[shape]())();
	const add = BY_HAND[telemetry][shape](path, (umwelt, n) => body.add(umwelt, n));
	return side('by hand', path, { add }, expected);
}

/** Creates a resolver with decorators on its method. */
function resolver(shape, decorators) {
	const path = newPath();
	const cls = decorate(BODIES[shape](), 'add', ...decorators);
	return { path, soul: new (Resolver(path.slice(0, path.lastIndexOf('.')))(cls) ?? cls)() };
}

/** Returns the side of the toolkit. @param decorators - by default those of the telemetry, without options */
export function woven(shape, telemetry, expected, name = 'agentese-otel', decorators = DECORATORS[telemetry]()) {
	const { path, soul } = resolver(shape, decorators);
	return side(name, path, soul, expected);
}

/** Returns the side of the toolkit without its counter of active invocations: the code by hand has none either. */
export function wovenWithoutActive(shape, telemetry, expected) {
	const decorators = telemetry === 'both' ? [Traced(), Metered({ active: false })] : [Metered({ active: false })];
	return woven(shape, telemetry, expected, 'agentese-otel, active: false', decorators);
}

/** Returns the side that invokes a woven method through a dispatcher. */
export function byLogos(telemetry, expected) {
	const { path, soul } = resolver('async', [Aspect(), ...DECORATORS[telemetry]()]);
	const logos = createLogos([soul]);
	return { name: 'logos.invoke', path, call: (x) => logos.invoke(path, UMWELT, x), ...expected };
}

/**
 * Returns the sides of a peer, one for each shape of method that it can observe; none if it cannot run in the scene.
 *
 * @param scene - `expected`, how many spans and points a call creates, and `ownTraces`, whether a peer's own SDK
 * records
 * @param sdk - counts the spans of a peer's own SDK too
 */
export async function byPeer(folder, { expected, ownTraces, name: scene }, sdk) {
	const { name, shapes, less, spanName, weave, ownSdk, start } = await peer(folder);
	if (ownSdk && scene.startsWith('unsampled parent')) return [];
	if (ownSdk && ownTraces) start({ traces: ownTraces, count: (path) => sdk.counted.count(path) });
	return shapes.map((shape) => {
		const path = newPath();
		const observed = new (weave(path, BODIES[shape](), shape))();
		return { shape, ...side(name, spanName(path), observed, { ...expected, peer: true, less }) };
	});
}
