import { createDecorator, Metered, type Outcome, Resolver, type Streamed, Traced } from '../../../index.js';
import { dropSdk, settled, startSdk, streamed } from '../harness.js';
import { PRODUCER } from './kinds.js';

/** The two clocks are read one after the other. */
export const AT_LEAST = PRODUCER - 1;

const Heard = createDecorator({
	name: 'Heard',
	advice: () => ({
		leave({ self }, outcome) {
			if (self instanceof Source) self.outcome = outcome;
		},
	}),
});

const attributes = (_args: unknown, self: unknown) => ({ 'test.source': self instanceof Source ? self.name : '' });

/** A resolver that answers whatever it is told to. */
@Resolver('world.source')
export class Source {
	outcome: Outcome | undefined;

	constructor(readonly name = '') {}

	@Traced({ attributes })
	@Metered()
	@Heard
	open(_umwelt: unknown, make: () => unknown): unknown {
		return make();
	}

	@Traced({ attributes, watch: 'stream' })
	@Metered()
	@Heard
	watched(_umwelt: unknown, make: () => unknown): unknown {
		return make();
	}
}

/** What was measured of one stream. */
export interface Measured {
	readonly attributes: Record<string, unknown>;
	readonly streamed: Streamed | undefined;
}

type Consume = (source: Source) => unknown;

/** Consumes streams, all at once, with one SDK: what was measured of each. */
export async function measureAll(consumers: readonly Consume[]): Promise<Measured[]> {
	startSdk();
	try {
		const sources = consumers.map((_, i) => new Source(String(i)));
		await Promise.all(sources.map((source, i) => consumers[i]?.(source)));
		await settled();
		return sources.map(({ name, outcome }) => {
			const [attributes = {}] = streamed({ 'test.source': name });
			return { attributes, streamed: outcome?.streamed };
		});
	} finally {
		dropSdk();
	}
}

/** Consumes one stream, with an SDK of its own. */
export async function measure(consume: Consume): Promise<Measured> {
	const [measured] = await measureAll([consume]);
	return measured ?? { attributes: {}, streamed: undefined };
}
