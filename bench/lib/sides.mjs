// The sides of a row: one method in several dresses, the bare one first.
import { BY_HAND } from './by-hand.mjs';
import { peers } from './peers.mjs';
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

/** The peers that are installed, on the same method. */
export async function byPeers(shape, expected) {
	return (await peers()).map(({ name, weave }) => {
		const path = newPath();
		return side(name, path, new (weave(path, BODIES[shape]()))(), { ...expected, peer: true });
	});
}
