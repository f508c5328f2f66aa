/** Checked by the compiler in both decorator standards, never run: what the decorators' types infer and refuse. */

import { createDecorator } from '../../extend.js';
import {
	Aspect,
	createLogos,
	instrument,
	Metered,
	metered,
	Resolver,
	SpanAttribute,
	Traced,
	traced,
	traceInvocation,
	Untraced,
} from '../../index.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function is<T extends true>(proof?: T): string;

interface Verdict {
	readonly ruling: string;
}

const Audited = createDecorator<{ level?: 'low' | 'high' }>({ name: 'Audited', keys: ['level'], advice: () => ({}) });

@Resolver('self.soul')
export class Infers {
	mood = 1;

	@SpanAttribute('app.tenant')
	tenant = 'acme';

	@Traced
	@Metered
	@Audited
	bare(x: string): string {
		return x;
	}

	@Traced({
		result: (verdict) => verdict.ruling,
		observer: (args, self) => [args[0].length, self.mood],
		attributes: ([text, count]) => ({ text, count: count.toFixed() }),
		refused: (verdict) => is<Same<typeof verdict, Verdict>>() === '',
	})
	@Metered({ attributes: { size: { values: ['big'], from: ([text], self) => text.repeat(self.mood) } } })
	@Audited({ level: 'high' })
	async called(text: string, count: number): Promise<Verdict> {
		return { ruling: text.repeat(count) };
	}

	@Traced({ result: (value) => is<Same<typeof value, number>>() })
	get getter(): number {
		return 1;
	}

	@Traced({ observer: ([value]) => value })
	set setter(value: number) {
		this.mood = value;
	}

	@Traced({ result: (value) => is<Same<typeof value, boolean>>() })
	static fixed(): boolean {
		return true;
	}

	@Traced({
		result: (value) => is<Same<typeof value, number>>(),
		tokens: (value) => ({ input: is<Same<typeof value, string | number>>().length }),
	})
	async *generator(): AsyncGenerator<string, number> {
		yield 'a';
		return 1;
	}

	@Traced({ result: (value) => value.toFixed() })
	called2 = (x: number): number => x;

	@Traced
	@Metered()
	bare2 = (x: number): number => x;

	@Traced
	[Symbol.for('app.symbol')](): void {}

	@Traced()
	123(): void {}

	@Aspect('named', { affordedTo: ['scholar'] })
	aspect(): void {}

	@Aspect
	aspect2(): void {}

	@Untraced
	untraced(): void {}
}

@Traced
@Metered
@Audited
export class BareClass {}

@Traced({ name: 'x' })
@Metered({ active: false })
export class CalledClass {}

export class Refuses {
	// @ts-expect-error a number is no function
	@Traced
	number = 1;

	// @ts-expect-error a number is no function
	@Traced()
	number2 = 1;

	// @ts-expect-error no such option
	@Traced({ resulr: () => 'x' })
	unknownKey(): void {}

	// @ts-expect-error a result is a text, a number, a boolean or attributes
	@Traced({ result: () => Symbol('x') })
	wrongResult(): void {}

	// @ts-expect-error the value is a number
	@Traced({ result: (value: string) => value })
	wrongValue(): number {
		return 1;
	}

	// @ts-expect-error no such option
	@Metered({ bucket: [1] })
	unknownMeteredKey(): void {}

	// @ts-expect-error no such level
	@Audited({ level: 'middle' })
	wrongLevel(): void {}

	// @ts-expect-error a handle is a text
	@Resolver('self.soul')
	noClass(): void {}

	// @ts-expect-error an aspect is a method
	@Aspect()
	noMethod = 1;
}

export const tracedFunction: (a: number) => string = traced((a: number) => a.toFixed(), {
	result: (text) => text.trim(),
});
export const meteredFunction: (a: number) => string = metered((a: number) => a.toFixed());
export const woven: Date = instrument(new Date(), { include: ['getTime'] });
export const block: Promise<number> = traceInvocation('self.soul.x', { result: (n) => n.toFixed() }, async () => 1);
export const answer: Promise<Verdict> = createLogos([new Infers()]).invoke<Verdict>('self.soul.called', null);

// @ts-expect-error no function
traced(1);
