/** Checked by the compiler in both decorator standards, never run: what a dispatcher knows of its paths. */
import { Aspect, createLogos, type Logos, type PathsOf, Resolver, type TypedLogos } from '../../index.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Accepts proofs that are true alone. */
declare function is<T extends true>(proof?: T): void;

interface Receipt {
	readonly id: string;
}

class Umwelt {
	readonly id = 'kent';
	readonly archetype = 'scholar';
}

@Resolver('self.shop')
export class Shop {
	readonly stock = 3;
	private readonly till = 1;

	@Aspect
	async pay(_umwelt: unknown, amount: number, note?: string): Promise<Receipt> {
		return { id: `${amount}${note}${this.till}` };
	}

	@Aspect('take_task')
	takeTask(_umwelt: Umwelt, task: string): string {
		return task;
	}

	@Aspect
	async *watch(_umwelt: unknown): AsyncGenerator<Receipt, number> {
		yield { id: '' };
		return 1;
	}

	@Aspect
	arrow = (_umwelt: unknown, count: number): number => count;

	@Aspect
	manifest(): string {
		return '';
	}

	@Aspect
	static open(_umwelt: unknown): boolean {
		return true;
	}

	_internal(): void {}
	protected guarded(): void {}
}

@Resolver('world.town.:citizen')
export class Citizen {
	@Aspect
	greet(_umwelt: unknown, name: string): number {
		return name.length;
	}
}

const logos = createLogos(
	{ 'self.shop': new Shop(), 'self.counter': Shop, 'world.town.:citizen': new Citizen() },
	{ aliases: { me: 'self.shop' } },
);

/** A method in camelCase is reached in three spellings. */
export const spelled = (): Promise<string> => logos.invoke('self.shop.takeTask', new Umwelt(), 'sweep');
export const kebab: Promise<string> = logos.invoke('self.shop.take-task', new Umwelt(), 'sweep');

export async function knows(path: string, citizen: string): Promise<void> {
	const receipt = await logos.invoke('self.shop.pay', null, 3);
	is<Same<typeof receipt, Receipt>>();
	await logos.invoke('self.shop.pay', { id: 'kent' }, 3, 'note');
	const task = await logos.invoke('self.shop.take_task', new Umwelt(), 'sweep');
	is<Same<typeof task, string>>();
	is<Same<typeof task, Awaited<ReturnType<typeof spelled>>>>();
	// A stream stays a stream.
	const stream = await logos.invoke('self.shop.watch');
	is<Same<typeof stream, AsyncGenerator<Receipt, number>>>();
	const text = await logos.invoke('self.shop.manifest');
	is<Same<typeof text, string>>();
	const count = await logos.invoke('me.arrow', undefined, 3);
	is<Same<typeof count, number>>();
	const isOpen = await logos.invoke('self.counter.open');
	is<Same<typeof isOpen, boolean>>();
	const afforded = await logos.invoke('self.shop.affordances', null);
	is<Same<typeof afforded, string[]>>();
	// A parameter is any segment.
	const letters = await logos.invoke('world.town.kent.greet', null, 'Kent');
	is<Same<typeof letters, number>>();
	const same = await logos.invoke(`world.town.${citizen}.greet`, null, 'Kent');
	is<Same<typeof same, number>>();
	// A composition has the arguments of its first stage and the result of its last one.
	const composed = await logos.invoke('self.shop.arrow >> self.shop.manifest >> self.shop.pay', null, 3);
	is<Same<typeof composed, Receipt>>();
	// A path that is not known before run time.
	const unknown = await logos.invoke(path, null, 1, 2);
	is<Same<typeof unknown, unknown>>();
	is<Same<typeof logos.paths, readonly string[]>>();
}

export async function refuses(): Promise<void> {
	// @ts-expect-error no such path
	await logos.invoke('self.shop.pya', null, 3);
	// @ts-expect-error no such path, whatever the arguments
	await logos.invoke('self.shop.pya');
	// @ts-expect-error the amount is a number
	await logos.invoke('self.shop.pay', null, 'three');
	// @ts-expect-error the amount is not given
	await logos.invoke('self.shop.pay', null);
	// @ts-expect-error one argument too many
	await logos.invoke('self.shop.manifest', null, 1);
	// @ts-expect-error the method needs its umwelt
	await logos.invoke('self.shop.take_task', null, 'sweep');
	// @ts-expect-error capitals are in no path
	await logos.invoke('self.Shop.pay', null, 3);
	// @ts-expect-error a property is no aspect
	await logos.invoke('self.shop.stock');
	// @ts-expect-error a name with an underscore in front is no aspect
	await logos.invoke('self.shop._internal');
	// @ts-expect-error a protected method is no aspect
	await logos.invoke('self.shop.guarded');
	// @ts-expect-error two segments for one parameter
	await logos.invoke('world.town.a.b.greet', null, 'Kent');
	// @ts-expect-error no segment for the parameter
	await logos.invoke('world.town.greet', null, 'Kent');
	// @ts-expect-error the second stage is unknown
	await logos.invoke('self.shop.manifest >> self.shop.pya', null);
	// @ts-expect-error not an alias of these resolvers
	await logos.invoke('my.pay', null, 3);
	// @ts-expect-error the result is a string
	const count: number = await logos.invoke('self.shop.manifest');
	is<Same<typeof count, number>>();
	// @ts-expect-error a number is no resolver
	createLogos({ 'self.shop': 3 });
	createLogos(
		{ 'self.shop': new Shop() },
		{
			// @ts-expect-error no such option
			alias: {},
		},
	);
}

/** The paths as a type argument, and a list of resolvers. */
interface Paths {
	'self.shop.pay': Shop['pay'];
	'world.town.:citizen.greet': (umwelt: unknown, name: string) => number;
}
export const mapped: TypedLogos<Paths> = createLogos<Paths>([new Shop(), new Citizen()]);
export const receipt: Promise<Receipt> = mapped.invoke('self.shop.pay', null, 3);
export const letters: Promise<number> = mapped.invoke('world.town.kent.greet', null, 'Kent');
// @ts-expect-error not in the map
export const absent: Promise<string> = mapped.invoke('self.shop.manifest');
export const path: keyof PathsOf<{ 'self.shop': Shop }, { me: 'self.shop' }> = 'me.take_task';

/** Without both, the caller names the type of the result. */
export const listed: Logos = createLogos([new Shop(), new Citizen()], { aliases: { me: 'self.shop' } });
export const named: Promise<Receipt> = listed.invoke<Receipt>('self.shop.pay', null, 3);
declare const byHandle: Readonly<Record<string, object>>;
export const dynamic: Logos = createLogos(byHandle);
