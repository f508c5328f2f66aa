// The sides of a row: one method in several dresses, the bare one first.
import { BY_HAND } from './by-hand.mjs';
import { peer } from './peers.mjs';
import { decorate, entry } from './toolkit.mjs';

const { Aspect, createLogos, Metered, Resolver, Traced } = await entry();

/** Who asks, in AGENTESE's own shape. */
const UMWELT = { id: 'kent', archetype: 'developer' };

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

const DRESSES = { traced: () => [Traced()], metered: () => [Metered()], both: () => [Traced(), Metered()] };

let made = 0;
/** Every side has a path of its own, by which its spans and points are counted. */
const newPath = () => `self.soul${made++}.add`;

function side(name, path, soul, made) {
	return { name, path, call: (x) => soul.add(UMWELT, x), ...made };
}

/** The method that nobody observes. */
export function bare(shape) {
	return side('bare', undefined, new (BODIES[shape]())(), {});
}

/** What a person would write. @param dress - traced, metered or both */
export function byHand(shape, dress, expected) {
	const path = newPath();
	const body = new (BODIES[shape]())();
	const add = BY_HAND[dress][shape](path, (umwelt, n) => body.add(umwelt, n));
	return side('by hand', path, { add }, expected);
}

function resolver(shape, words) {
	const path = newPath();
	const cls = decorate(BODIES[shape](), 'add', ...words);
	return { path, soul: new (Resolver(path.slice(0, path.lastIndexOf('.')))(cls) ?? cls)() };
}

/** The toolkit. @param words - the decorators; by default those of the dress, without options */
export function woven(shape, dress, expected, name = 'agentese-otel', words = DRESSES[dress]()) {
	const { path, soul } = resolver(shape, words);
	return side(name, path, soul, expected);
}

/** Without the count of what is under way, which the code by hand does not keep either. */
export function wovenWithoutActive(shape, dress, expected) {
	const words = dress === 'both' ? [Traced(), Metered({ active: false })] : [Metered({ active: false })];
	return woven(shape, dress, expected, 'agentese-otel, active: false', words);
}

/** A dispatcher's call of a woven method. */
export function byLogos(dress, expected) {
	const { path, soul } = resolver('async', [Aspect(), ...DRESSES[dress]()]);
	const logos = createLogos([soul]);
	return { name: 'logos.invoke', path, call: (x) => logos.invoke(path, UMWELT, x), ...expected };
}

/**
 * A peer on the same method: one side for each shape that it observes.
 *
 * @param scene - what is expected of a call, and, for a peer with an SDK of its own, whether that records
 * @param sdk - where what a peer's own SDK sends is counted too
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
