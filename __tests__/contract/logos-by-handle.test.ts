import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Aspect, createLogos, currentInvocation, DecorationError, instrument, Resolver } from '../../index.js';
import { dropSdk, startSdk, timeline } from './harness.js';

@Resolver('self.shop')
class Shop {
	@Aspect
	async pay(_umwelt: unknown, amount: number): Promise<string> {
		return `paid ${amount}`;
	}

	@Aspect('take_task')
	takeTask(_umwelt: unknown, task: string): string {
		return `${task} taken`;
	}

	@Aspect
	arrow = (_umwelt: unknown, count: number): number => count + 1;

	@Aspect
	async *watch(_umwelt: unknown): AsyncGenerator<number, void> {
		yield 1;
		yield 2;
	}

	@Aspect
	static open(): boolean {
		return true;
	}
}

@Resolver('world.town.:citizen')
class Citizen {
	@Aspect
	greet(): string | undefined {
		return currentInvocation()?.params.citizen;
	}
}

beforeEach(() => startSdk());
afterEach(() => dropSdk());

describe('createLogos() of resolvers by their handles', () => {
	const logos = createLogos(
		{ 'self.shop': new Shop(), 'world.town.:citizen': new Citizen() },
		{ aliases: { me: 'self.shop' } },
	);

	it('has the same paths as of a list, and invokes them with the types of the methods', async () => {
		expect(logos.paths).toEqual(createLogos([new Shop(), new Citizen()]).paths);
		const paid: string = await logos.invoke('self.shop.pay', null, 3);
		expect(paid).toBe('paid 3');
		expect(await logos.invoke('me.take_task', null, 'the floor')).toBe('the floor taken');
		expect(await logos.invoke('self.shop.arrow', null, 1)).toBe(2);
		const greeted: string | undefined = await logos.invoke('world.town.kent.greet');
		expect(greeted).toBe('kent');
		const items: number[] = [];
		for await (const item of await logos.invoke('self.shop.watch', null)) items.push(item);
		expect(items).toEqual([1, 2]);
		const composed: string = await logos.invoke('self.shop.arrow >> self.shop.pay', null, 1);
		expect(composed).toBe('paid 2');
		expect(await logos.invoke('self.shop.affordances')).toEqual(['affordances', 'arrow', 'pay', 'take_task', 'watch']);
		expect((await timeline()).map(({ attributes }) => attributes['agentese.path'])).toContain('self.shop.take_task');
	});

	it('invokes the static aspects of a class, and those of an object that was instrumented with a handle', async () => {
		expect(await createLogos({ 'self.shop': Shop }).invoke('self.shop.open')).toBe(true);
		const library = instrument(
			{ find: (_umwelt: unknown, isbn: string) => isbn },
			{ handle: 'world.books', publish: ['find'] },
		);
		const found: string = await createLogos({ 'world.books': library }).invoke('world.books.find', null, '978');
		expect(found).toBe('978');
	});

	it('invokes by a map of paths as its type argument', async () => {
		const mapped = createLogos<{ 'self.shop.pay': Shop['pay'] }>([new Shop()]);
		const paid: string = await mapped.invoke('self.shop.pay', null, 3);
		expect(paid).toBe('paid 3');
	});

	it('refuses a handle that is not that of the class, and a resolver without one', () => {
		class Nobody {}
		const rule = 'A resolver is given by the handle that its class declares.';
		expect(refusal(() => createLogos({ 'self.shpo': new Shop() }))).toBe(
			`createLogos() on Shop got 'self.shpo' for 'self.shop'. ${rule} Try 'self.shop' as the key.`,
		);
		expect(refusal(() => createLogos({ 'self.soul': new Nobody() }))).toBe(
			`createLogos() on Nobody got 'self.soul' for a resolver without a handle. ${rule} Try @Resolver('self.soul') on its class.`,
		);
	});
});

describe('createLogos() with wrong arguments', () => {
	const loose = createLogos as (...args: unknown[]) => unknown;
	const resolvers = 'The resolvers are a list, or an object of them by their handles.';
	const list = "Try createLogos([new Soul()]) or createLogos({ 'self.soul': new Soul() }).";
	it.each([
		['nothing', [], `createLogos() got undefined for resolvers. ${resolvers} ${list}`],
		['a resolver alone', [new Shop()], `createLogos() got an instance of Shop for resolvers. ${resolvers} ${list}`],
		['a class alone', [Shop], `createLogos() got a function for resolvers. ${resolvers} ${list}`],
		['a text', ['self.shop'], `createLogos() got a string for resolvers. ${resolvers} ${list}`],
		['null in the list', [[new Shop(), null]], `createLogos() got null as resolver 2. ${resolvers} ${list}`],
		[
			'a text by its handle',
			[{ 'self.shop': 'Shop' }],
			`createLogos() got a string for 'self.shop'. ${resolvers} ${list}`,
		],
		[
			'an unknown option',
			[[], { alias: {} }],
			"createLogos() got the option 'alias'. The legal options are aliases, use. Try 'aliases'.",
		],
		[
			'null for options',
			[[], null],
			'createLogos() got null for options. The legal options are aliases, use. Try an object of options, or none.',
		],
		[
			'a list of aliases',
			[[], { aliases: ['me'] }],
			"createLogos() got an array for aliases. The option 'aliases' is an object of handles by their aliases. Try aliases: { me: 'self.soul' }.",
		],
		[
			'middleware that is none',
			[[], { use: [() => undefined, 'log'] }],
			"createLogos() got a string as middleware 2. The option 'use' is an array of middleware. Try use: [async (path, umwelt, args, next) => next(path, umwelt, args)].",
		],
		[
			'one middleware',
			[[], { use: () => undefined }],
			"createLogos() got a function for use. The option 'use' is an array of middleware. Try use: [async (path, umwelt, args, next) => next(path, umwelt, args)].",
		],
	])('refuses %s', (_, args, message) => {
		expect(refusal(() => loose(...args))).toBe(message);
	});
});

/** What creating a dispatcher is refused with. */
function refusal(create: () => unknown): string {
	try {
		create();
	} catch (error) {
		expect(error).toBeInstanceOf(DecorationError);
		return (error as Error).message;
	}
	return 'not refused';
}
