import { createDecorator, type Outcome, type Streamed } from '../../../extend.js';
import { Metered, Resolver, Traced } from '../../../index.js';
import { firstThat } from '../../support/rounds.js';
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

/** A resolver that returns what its caller's function makes. */
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

	@Traced({ attributes, follow: 'stream' })
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
type Keeps = (attributes: Record<string, unknown>) => boolean;

/** Whether the first chunk and the stall were shorter than `ms`, if there was one. */
export const below =
	(ms: number): Keeps =>
	({ time_to_first_chunk: firstChunk = 0, 'stall.max': stall = 0 }) =>
		Number(firstChunk) < ms && Number(stall) < ms;

/** Whether the first chunk and the stall were measured, and no shorter than `ms`. */
export const atLeast =
	(ms: number): Keeps =>
	({ time_to_first_chunk: firstChunk, 'stall.max': stall }) =>
		Number(firstChunk) >= ms && Number(stall) >= ms;

/**
 * Consumes streams, all at once, with one SDK, and returns what was measured of each. One that misses the bound is
 * measured again: a pause of the machine lengthens a wait, and shortens that for a producer that worked on meanwhile.
 */
export async function measureAll(consumers: readonly Consume[], keeps: Keeps = () => true): Promise<Measured[]> {
	startSdk();
	try {
		return await Promise.all(
			consumers.map((consume, i) =>
				firstThat<Measured>(
					({ attributes }) => keeps(attributes),
					(round) => measureOnce(consume, `${i}.${round}`),
				),
			),
		);
	} finally {
		dropSdk();
	}
}

async function measureOnce(consume: Consume, name: string): Promise<Measured> {
	const source = new Source(name);
	await consume(source);
	await settled();
	const [attributes = {}] = streamed({ 'test.source': name });
	return { attributes, streamed: source.outcome?.streamed };
}

/** Consumes one stream, with an SDK of its own, and again if the bound was missed. */
export async function measure(consume: Consume, keeps?: Keeps): Promise<Measured> {
	const [measured] = await measureAll([consume], keeps);
	return measured ?? { attributes: {}, streamed: undefined };
}
