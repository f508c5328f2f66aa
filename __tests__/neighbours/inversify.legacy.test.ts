import 'reflect-metadata';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
	Container,
	inject,
	injectable,
	injectFromBase,
	multiInject,
	named,
	optional,
	postConstruct,
	preDestroy,
	unmanaged,
} from 'inversify';
import { counted, inOrder, invoke, pathLabels, span } from '../contract/expected.js';
import { points, type RecordedPoint, type RecordedSpan, startSdk, stopSdk, timeline } from '../contract/harness.js';
import { type Description, describeClass, Mark, markLate } from './metadata.js';
import { hasHandle, NOWHERE, PLACEMENTS, type Placement } from './words.js';

@injectable()
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
	@injectable()
	@classBelow.Resolver('self.soul')
	@classBelow.Traced
	@classBelow.Metered
	class Soul {
		@inject(NAME)
		@named('given')
		readonly name!: string;

		@inject('weather')
		@optional()
		readonly weather: string | undefined;

		// No token for the kettle: Inversify reads `design:paramtypes`.
		constructor(
			readonly kettle: Kettle,
			@multiInject(LEAVES) readonly leaves: string[],
			@unmanaged() readonly mood = 'calm',
		) {}

		@above.Traced
		@above.Metered
		@postConstruct()
		@between.Traced
		@between.Metered
		@Mark('started')
		@below.Traced
		@below.Metered
		start(): void {
			log.push(`${this.name} starts with ${this.kettle.water} water`);
		}

		@above.Traced
		@above.Metered
		@preDestroy()
		@between.Traced
		@between.Metered
		@Mark('stopped')
		@below.Traced
		@below.Metered
		async stop(): Promise<void> {
			await Promise.resolve();
			log.push(`${this.name} stops`);
		}

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
			return `${this.name} (${this.mood}, ${this.weather}) ponders ${idea} ${times}x over ${this.leaves.join(' and ')}`;
		}
	}

	@injectable()
	@injectFromBase({
		extendConstructorArguments: true,
		extendProperties: true,
		lifecycle: { extendPostConstructMethods: true },
	})
	class Oracle extends Soul {}

	return { Soul, Oracle, log };
}

interface Life {
	readonly description: Description;
	readonly facts: Readonly<Record<string, unknown>>;
	readonly log: readonly string[];
	readonly spans: readonly RecordedSpan[];
	readonly points: readonly RecordedPoint[];
}

/** Binds the classes, resolves them, calls them and unbinds them. */
async function live(placement: Placement): Promise<Life> {
	const { Soul, Oracle, log } = soulsWith(placement);
	markLate();
	startSdk();
	try {
		const container = new Container();
		container.bind(Kettle).toSelf().inSingletonScope();
		container.bind(NAME).toConstantValue('Kent').whenNamed('given');
		container.bind(NAME).toConstantValue('nobody').whenNamed('other');
		for (const leaf of ['mint', 'sage']) container.bind(LEAVES).toConstantValue(leaf);
		container.bind(Soul).toSelf().inSingletonScope();
		container.bind(Oracle).toSelf();
		const soul = container.get(Soul);
		const oracle = container.get(Oracle);
		const facts = {
			isItself: soul instanceof Soul && soul.constructor === Soul && Soul.name === 'Soul',
			isOneSingleton: container.get(Soul) === soul,
			kettleIsTheContainers: soul.kettle === container.get(Kettle) && oracle.kettle === soul.kettle,
			parameters: Soul.length,
			soul: soul.ponder('tea'),
			oracle: oracle.ponder('fate', 2),
		};
		await container.unbindAsync(Soul);
		return { description: describeClass(Soul), facts, log, spans: await timeline(), points: await points() };
	} finally {
		stopSdk();
	}
}

const CALLS: readonly (readonly [on: string, method: string, result: string])[] = [
	['Soul', 'start', 'undefined'],
	['Oracle', 'start', 'undefined'],
	['Soul', 'ponder', 'string'],
	['Oracle', 'ponder', 'string'],
	['Soul', 'stop', 'undefined'],
];

function spansOf(placement: Placement): RecordedSpan[] {
	return CALLS.map(([on, method, result]) => {
		const name = `${on}.${method}`;
		return hasHandle(placement)
			? invoke(`self.soul.${method}`, name, { 'agentese.result': result })
			: span(name, { 'code.function.name': name });
	});
}

function pointsOf(placement: Placement): RecordedPoint[] {
	return inOrder(
		CALLS.flatMap(([on, method]) =>
			counted(hasHandle(placement) ? pathLabels(`self.soul.${method}`) : { 'code.function.name': `${on}.${method}` }),
		),
	);
}

let bare: Life;
beforeAll(async () => {
	bare = await live(NOWHERE);
});

describe('classes of an Inversify container without the toolkit', () => {
	it('are resolved with all that is injected', () => {
		expect(bare.facts).toEqual({
			isItself: true,
			isOneSingleton: true,
			kettleIsTheContainers: true,
			parameters: 2,
			soul: 'Kent (calm, undefined) ponders tea 1x over mint and sage',
			oracle: 'Kent (calm, undefined) ponders fate 2x over mint and sage',
		});
	});

	it('live from postConstruct to preDestroy', () => {
		expect(bare.log).toEqual(['Kent starts with hot water', 'Kent starts with hot water', 'Kent stops']);
	});

	it('carry metadata on class, member and function, set early and late', () => {
		expect(Object.keys(bare.description.onClass)).toEqual(
			expect.arrayContaining(['design:paramtypes', '@inversifyjs/core/classMetadataReflectKey']),
		);
		expect(bare.description.methods['ponder']).toMatchObject({
			function: {
				'mark:first': 'first',
				'mark:second': 'second',
				'mark:third': 'third',
				'late:first': 'first',
				'late:second': 'second',
				'late:third': 'third',
			},
			member: { 'mark:first': 'first', 'mark:second': 'second', 'mark:third': 'third', 'design:returntype': String },
			own: { first: true, second: true, third: true },
			length: 1,
		});
	});

	it('leave no span and no measurement', () => {
		expect([bare.spans, bare.points]).toEqual([[], []]);
	});
});

describe.each(PLACEMENTS)('classes of an Inversify container with the toolkit $name', (placement) => {
	let decorated: Life;
	beforeAll(async () => {
		decorated = await live(placement);
	});

	it('are resolved with the same', () => {
		expect(decorated.facts).toEqual(bare.facts);
	});

	it('live the same life', () => {
		expect(decorated.log).toEqual(bare.log);
	});

	it('carry the same metadata', () => {
		expect(decorated.description).toEqual(bare.description);
	});

	it('leave a span of every call and no other', () => {
		expect(decorated.spans).toEqual(spansOf(placement));
	});

	it('are counted once for every call', () => {
		expect(decorated.points).toEqual(pointsOf(placement));
	});
});
