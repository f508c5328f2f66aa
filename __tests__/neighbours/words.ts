import {
	Metered,
	type MeteredDecorator,
	Resolver,
	type ResolverDecorator,
	SpanAttribute,
	type SpanAttributeDecorator,
	Traced,
	type TracedDecorator,
	Umwelt,
} from 'agentese-otel';

/** The toolkit's decorators for one line of another library's class, or decorators that do nothing in their place. */
export interface Words {
	readonly Traced: TracedDecorator;
	readonly Metered: MeteredDecorator;
	readonly Resolver: (handle: string) => ResolverDecorator;
	readonly Attribute: (key: string) => SpanAttributeDecorator;
	readonly Observer: () => ParameterDecorator;
}

const OURS: Words = { Traced, Metered, Resolver, Attribute: SpanAttribute, Observer: Umwelt };

/** Bare it returns nothing; called with options, a text or nothing it returns a decorator that does nothing. */
function silent(...args: unknown[]): unknown {
	return args.length === 0 || (args.length === 1 && typeof args[0] !== 'function') ? () => undefined : undefined;
}

const NONE = Object.fromEntries(Object.keys(OURS).map((word) => [word, silent])) as unknown as Words;

/** The lines of another library's class that the toolkit's decorators are on. */
export interface Placement {
	readonly name: string;
	readonly above: Words;
	readonly between: Words;
	readonly below: Words;
	readonly classAbove: Words;
	readonly classBelow: Words;
}

const nowhere = { above: NONE, between: NONE, below: NONE, classAbove: NONE, classBelow: NONE };

/** The class without the toolkit: all others are compared with it. */
export const NOWHERE: Placement = { name: 'nowhere', ...nowhere };

/** The lines on which the toolkit's decorators are tested. */
export const PLACEMENTS: readonly Placement[] = [
	{ ...nowhere, name: 'above theirs on every method', above: OURS },
	{ ...nowhere, name: 'between theirs on every method', between: OURS },
	{ ...nowhere, name: 'below theirs on every method', below: OURS },
	{ ...nowhere, name: 'above theirs on the class', classAbove: OURS },
	{ ...nowhere, name: 'below theirs on the class', classBelow: OURS },
	{ name: 'on every line at once', above: OURS, between: OURS, below: OURS, classAbove: OURS, classBelow: OURS },
];

/** What most peers do: they replace the method by a new function. */
function naive(...[, , descriptor]: unknown[]): unknown {
	const { value: method } = (descriptor ?? {}) as PropertyDescriptor;
	if (typeof method !== 'function') return undefined;
	const value = function (this: unknown, ...args: unknown[]): unknown {
		return Reflect.apply(method, this, args);
	};
	return { ...(descriptor as PropertyDescriptor), value };
}

/** A control: what all other placements keep is lost with this one. */
export const NAIVE: Placement = {
	...nowhere,
	name: 'naively above theirs on every method',
	above: { ...NONE, Metered: naive as unknown as MeteredDecorator },
};

/** True if `@Resolver` gives the methods a path: it can be on classes only. */
export function hasHandle({ classAbove, classBelow }: Placement): boolean {
	return classAbove === OURS || classBelow === OURS;
}

/** True if the toolkit's decorators are on the methods themselves. */
export function onMethods({ above, between, below }: Placement): boolean {
	return above === OURS || between === OURS || below === OURS;
}

/** True if parameter decorators of the toolkit are beside those of the other library. */
export function onParameters({ above, below }: Placement): boolean {
	return above === OURS || below === OURS;
}
