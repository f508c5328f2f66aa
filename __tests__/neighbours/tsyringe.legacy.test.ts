import 'reflect-metadata';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { autoInjectable, container, inject, injectAll, injectable, Lifecycle, scoped, singleton } from 'tsyringe';
import { counted, inOrder, invoke, pathLabels, span } from '../contract/expected.js';
import { points, type RecordedPoint, type RecordedSpan, startSdk, stopSdk, timeline } from '../contract/harness.js';
import { type Description, describeClass, Mark, markLate } from './metadata.js';
import { hasHandle, NOWHERE, PLACEMENTS, type Placement } from './words.js';

@singleton()
class Kettle {
	readonly water = 'hot';
}

const NAME = Symbol('name');
const LEAVES = 'leaves';

function soulsWith({ above, between, below, classAbove, classBelow }: Placement) {
	const log: string[] = [];

	@classAbove.Resolver('self.soul')
	@classAbove.Traced
	@classAbove.Metered
	@scoped(Lifecycle.ContainerScoped)
	@injectable()
	@classBelow.Resolver('self.soul')
	@classBelow.Traced
	@classBelow.Metered
	class Soul {
		// No token for the kettle: tsyringe reads `design:paramtypes`.
		constructor(
			readonly kettle: Kettle,
			@inject(NAME) readonly name: string,
			@injectAll(LEAVES) readonly leaves: string[],
			@inject('weather', { isOptional: true }) readonly weather?: string,
		) {}

		@Mark('first')
		@above.Traced
		@above.Metered
		@Mark('second')
		@between.Traced
		@between.Metered
		@Mark('third')
		@below.Traced
		@below.Metered
		ponder(idea: string, times = 1): string {
			const over = `${this.leaves.join(' and ')} in ${this.kettle.water} water`;
			return `${this.name} (${this.weather}) ponders ${idea} ${times}x over ${over}`;
		}

		// tsyringe calls it when the container is disposed of.
		@above.Traced
		@above.Metered
		@Mark('disposed')
		@between.Traced
		@between.Metered
		@below.Traced
		@below.Metered
		async dispose(): Promise<void> {
			await Promise.resolve();
			log.push(`${this.name} is disposed of`);
		}
	}

	return { Soul, log };
}

interface Life {
	readonly description: Description;
	readonly facts: Readonly<Record<string, unknown>>;
	readonly log: readonly string[];
	readonly spans: readonly RecordedSpan[];
	readonly points: readonly RecordedPoint[];
}

/** Registers, resolves and calls in a container of its own, which is disposed of in the end. */
async function live(placement: Placement): Promise<Life> {
	const { Soul, log } = soulsWith(placement);
	markLate();
	startSdk();
	const own = container.createChildContainer();
	try {
		own.register(NAME, { useValue: 'Kent' });
		for (const leaf of ['mint', 'sage']) own.register(LEAVES, { useValue: leaf });
		const soul = own.resolve(Soul);
		const facts = {
			isItself: soul instanceof Soul && soul.constructor === Soul && Soul.name === 'Soul',
			isOneInItsScope: own.resolve(Soul) === soul,
			kettleIsTheSingleton: soul.kettle === container.resolve(Kettle),
			parameters: Soul.length,
			soul: soul.ponder('tea'),
		};
		await own.dispose();
		return { description: describeClass(Soul), facts, log, spans: await timeline(), points: await points() };
	} finally {
		container.clearInstances();
		stopSdk();
	}
}

const CALLS = [
	['ponder', 'string'],
	['dispose', 'undefined'],
] as const;

function spansOf(placement: Placement): RecordedSpan[] {
	return CALLS.map(([method, result]) => {
		const name = `Soul.${method}`;
		return hasHandle(placement)
			? invoke(`self.soul.${method}`, name, { 'agentese.result': result })
			: span(name, { 'code.function.name': name });
	});
}

function pointsOf(placement: Placement): RecordedPoint[] {
	return inOrder(
		CALLS.flatMap(([method]) =>
			counted(hasHandle(placement) ? pathLabels(`self.soul.${method}`) : { 'code.function.name': `Soul.${method}` }),
		),
	);
}

let bare: Life;
beforeAll(async () => {
	bare = await live(NOWHERE);
});

describe('a class of a tsyringe container without the toolkit', () => {
	it('is resolved with all that is injected', () => {
		expect(bare.facts).toEqual({
			isItself: true,
			isOneInItsScope: true,
			kettleIsTheSingleton: true,
			parameters: 4,
			soul: 'Kent (undefined) ponders tea 1x over mint and sage in hot water',
		});
	});

	it('is disposed of with its container', () => {
		expect(bare.log).toEqual(['Kent is disposed of']);
	});

	it('carries metadata on class, member and function, set early and late', () => {
		expect(Object.keys(bare.description.onClass)).toEqual(
			expect.arrayContaining(['design:paramtypes', 'injectionTokens']),
		);
		expect(Object.keys(bare.description.methods['ponder']?.function ?? {}).sort()).toEqual([
			'late:first',
			'late:second',
			'late:third',
			'mark:first',
			'mark:second',
			'mark:third',
		]);
	});

	it('leaves no span and no measurement', () => {
		expect([bare.spans, bare.points]).toEqual([[], []]);
	});
});

describe.each(PLACEMENTS)('a class of a tsyringe container with the toolkit $name', (placement) => {
	let decorated: Life;
	beforeAll(async () => {
		decorated = await live(placement);
	});

	it('is resolved with the same', () => {
		expect(decorated.facts).toEqual(bare.facts);
	});

	it('lives the same life', () => {
		expect(decorated.log).toEqual(bare.log);
	});

	it('carries the same metadata', () => {
		expect(decorated.description).toEqual(bare.description);
	});

	it('leaves a span of every call and no other', () => {
		expect(decorated.spans).toEqual(spansOf(placement));
	});

	it('is counted once for every call', () => {
		expect(decorated.points).toEqual(pointsOf(placement));
	});
});

/** `@autoInjectable` replaces the class by a subclass without a name. */
describe('a class that tsyringe replaces', () => {
	async function ponder(
		placement: Placement,
	): Promise<{ readonly said: string; readonly spans: readonly RecordedSpan[] }> {
		const { above, below, classAbove, classBelow } = placement;

		@classAbove.Resolver('self.soul')
		@classAbove.Traced
		@autoInjectable()
		@classBelow.Resolver('self.soul')
		@classBelow.Traced
		class Soul {
			constructor(readonly kettle?: Kettle) {}

			@above.Traced
			@Mark('auto')
			@below.Traced
			ponder(): string {
				return `over ${this.kettle?.water} water`;
			}
		}

		startSdk();
		try {
			return { said: new Soul().ponder(), spans: await timeline() };
		} finally {
			stopSdk();
		}
	}

	it.each([NOWHERE, ...PLACEMENTS])('is given its parameters with the toolkit $name', async (placement) => {
		expect((await ponder(placement)).said).toBe('over hot water');
	});

	it.each(PLACEMENTS.filter(seesTheMethod))(
		'leaves a span under its own name with the toolkit $name',
		async (placement) => {
			const plain = span('Soul.ponder', { 'code.function.name': 'Soul.ponder' });
			const invoked = invoke('self.soul.ponder', 'Soul.ponder', { 'agentese.result': 'string' });
			expect((await ponder(placement)).spans).toEqual([hasHandle(placement) ? invoked : plain]);
		},
	);

	it('has no own methods for a decorator above the one that replaces it', async () => {
		const placement = PLACEMENTS.find(({ name }) => name === 'above theirs on the class');
		expect((await ponder(placement ?? NOWHERE)).spans).toEqual([]);
	});
});

/** True if the toolkit's decorators are on the method, or on the class before it is replaced. */
function seesTheMethod({ name }: Placement): boolean {
	return name !== 'above theirs on the class' && name !== 'between theirs on every method';
}
