import { afterEach, describe, expect, it } from '@jest/globals';
import { createDecorator } from '../../extend.js';
import {
	Aspect,
	createLogos,
	DecorationError,
	instrument,
	Metered,
	metered,
	Resolver,
	SpanAttribute,
	startInvocation,
	Traced,
	type TracedDecorator,
	traced,
	traceInvocation,
	Umwelt,
	Untraced,
} from '../../index.js';
import { dropSdk, loggedMessages, startSdk } from './harness.js';

/** A TC39 member decorator does not receive its class. */
const SOUL = DECORATORS === 'legacy' ? 'Soul' : '(class)';
const TRACED =
	'The legal options are path, aspect, name, kind, observer, samplingAttributes, attributes, result, expected, refused, root, parent, links, span, tokens, follow, operation, metered, when, capture, errors.';
const EXPECTED = "The option 'expected' is an array of error classes, or a function that returns true for an error";
const METERED =
	"The option 'metered' is true, false or an object with the options of @Metered: attributes, buckets, active.";
const PLACE = 'goes on a class, a method, a getter, a setter, an accessor or an arrow-function field.';

type Loose = (...args: unknown[]) => never;
const traces = Traced as unknown as (options: unknown) => Loose;
const meters = Metered as unknown as (options: unknown) => Loose;
const loose = (decorator: unknown) => decorator as Loose;

/** What defining a class whose method `ask` has this decorator is refused with. */
function onMethod(decorator: Loose): string {
	return refusal(() => {
		class Soul {
			@decorator
			ask(): void {}
		}
		return Soul;
	});
}

function onGetter(decorator: Loose): string {
	return refusal(() => {
		class Soul {
			@decorator
			get mood(): string {
				return '';
			}
		}
		return Soul;
	});
}

function onClass(decorator: Loose): string {
	return refusal(() => {
		@decorator
		class Soul {
			ask(): void {}
		}
		return Soul;
	});
}

function onField(decorator: Loose): string {
	return refusal(() => {
		class Soul {
			@decorator
			mood = 1;
		}
		return Soul;
	});
}

function refusal(define: () => unknown): string {
	try {
		define();
	} catch (error) {
		expect(error).toBeInstanceOf(DecorationError);
		return (error as Error).message;
	}
	return 'not refused';
}

describe('an unknown option', () => {
	it('is refused with the nearest legal one', () => {
		expect(onMethod(traces({ naem: 'x' }))).toBe(`@Traced on ${SOUL}.ask got the option 'naem'. ${TRACED} Try 'name'.`);
		expect(onMethod(traces({ sampleAttributes: 1 }))).toBe(
			`@Traced on ${SOUL}.ask got the option 'sampleAttributes'. ${TRACED} Try 'samplingAttributes'.`,
		);
		expect(onClass(traces({ Kind: 1 }))).toBe(`@Traced on Soul got the option 'Kind'. ${TRACED} Try 'kind'.`);
		expect(onMethod(meters({ bucket: [] }))).toBe(
			`@Metered on ${SOUL}.ask got the option 'bucket'. The legal options are attributes, buckets, active. Try 'buckets'.`,
		);
	});

	it.each([
		['startAttributes', traces({ startAttributes: 1 }), TRACED, 'samplingAttributes'],
		['watch', traces({ watch: 'x' }), TRACED, 'follow'],
		['labels', meters({ labels: {} }), 'The legal options are attributes, buckets, active.', 'attributes'],
	])('%s is refused with its present name', (name, decorator, legal, present) => {
		expect(onMethod(decorator)).toMatch(/^@(?:Traced|Metered) on /);
		expect(onMethod(decorator)).toContain(`got the option '${name}'. ${legal} Try '${present}'.`);
	});

	it('that is near none is refused with the list of all', () => {
		expect(onMethod(meters({ zzzzzz: 1 }))).toBe(
			`@Metered on ${SOUL}.ask got the option 'zzzzzz'. The legal options are attributes, buckets, active. Try one of them.`,
		);
	});

	it('is refused by a decorator of createDecorator, traced() and instrument() too', () => {
		const Audited = createDecorator<{ tag: string }>({ name: 'Audited', keys: ['tag'], advice: () => ({}) });
		expect(onMethod((Audited as unknown as typeof traces)({ tga: 1 }))).toBe(
			`@Audited on ${SOUL}.ask got the option 'tga'. The legal options are tag. Try 'tag'.`,
		);
		expect(refusal(() => traced(function ask() {}, { naem: 1 } as never))).toBe(
			`@Traced on ask got the option 'naem'. ${TRACED} Try 'name'.`,
		);
		class Soul {
			ask(): void {}
		}
		expect(refusal(() => instrument(Soul, { traced: { naem: 1 } as never }))).toBe(
			`@Traced on Soul got the option 'naem'. ${TRACED} Try 'name'.`,
		);
	});

	it.each([null, 7, []])('list %j is no options', (options) => {
		if (options === null) return expect(onMethod(loose(Traced(null as never)))).toBe('not refused');
		return expect(onMethod(traces(options))).toMatch(/^@Traced on .*\.ask got .* for options\./);
	});

	it('list may be a name for @Traced alone, and nothing beside it', () => {
		expect(onMethod(traces('pay'))).toBe('not refused');
		expect(onMethod(meters('pay'))).toBe(
			`@Metered on ${SOUL}.ask got string for options. The legal options are attributes, buckets, active. Try an object of options, or none.`,
		);
		const more = Traced as unknown as (...options: unknown[]) => Loose;
		expect(onMethod(more('pay', { kind: 1 }))).toBe(
			`@Traced on ${SOUL}.ask got 2 arguments. @Traced accepts one argument: its options, or the name alone. Try @Traced({ name: '…', … }).`,
		);
		expect(refusal(() => metered(function ask() {}, 'pay' as never))).toContain(
			'@Metered on ask got string for options.',
		);
		expect(refusal(() => traced(function ask() {}, ''))).toContain("The option 'name' is a non-empty string");
	});
});

const VALUES: readonly [label: string, decorator: Loose, rule: string][] = [
	['observer', traces({ observer: 'me' }), "The option 'observer' is a function."],
	['attributes', traces({ attributes: {} }), "The option 'attributes' is a function."],
	['result', traces({ result: 'x' }), "The option 'result' is a function."],
	['links', traces({ links: [] }), "The option 'links' is a function."],
	['name', traces({ name: '' }), "The option 'name' is a non-empty string, or a function that returns one."],
	['no name', traces(''), "The option 'name' is a non-empty string, or a function that returns one."],
	['when', traces({ when: true }), "The option 'when' is a function."],
	['expected', traces({ expected: 'NotFound' }), `${EXPECTED}.`],
	['expected, a class', traces({ expected: RangeError }), `${EXPECTED}; write [RangeError] for the class RangeError.`],
	['expected, a name', traces({ expected: [RangeError, 'NotFound'] }), `${EXPECTED}; its item 1 is no class.`],
	['expected, an arrow', traces({ expected: [() => true] }), `${EXPECTED}; its item 0 is no class.`],
	[
		'expected, undefined',
		traces({ expected: [undefined] }),
		`${EXPECTED}; its item 0 is undefined, as in a cycle of imports.`,
	],
	['metered', traces({ metered: 'yes' }), METERED],
	[
		'metered, a former name',
		traces({ metered: { labels: {} } }),
		`${METERED} 'labels' is none of them; did you mean 'attributes'?`,
	],
	['metered, unknown', traces({ metered: { zzzzzz: 1 } }), `${METERED} 'zzzzzz' is none of them.`],
	['metered.active', traces({ metered: { active: 1 } }), "The option 'active' is true or false."],
	['follow', traces({ follow: 1 }), "The option 'follow' is a non-empty string."],
	['operation', traces({ operation: '' }), "The option 'operation' is a non-empty string."],
	['root', traces({ root: 1 }), "The option 'root' is true or false."],
	['span', traces({ span: 'old' }), "The option 'span' is 'new' or 'current'."],
	['kind', traces({ kind: 9 }), "The option 'kind' is a SpanKind of OpenTelemetry, 0 to 4."],
	[
		'aspect',
		traces({ aspect: 'Challenge' }),
		"An aspect begins with a lower case letter and holds lower case letters, digits, '_' and '-'; 'Challenge' does not.",
	],
	['active', meters({ active: 'yes' }), "The option 'active' is true or false."],
	['buckets', meters({ buckets: [2, 1] }), "The option 'buckets' is an array of finite numbers in ascending order."],
	['no buckets', meters({ buckets: [] }), "The option 'buckets' is an array of finite numbers in ascending order."],
	[
		'attributes of @Metered',
		meters({ attributes: [] }),
		"The option 'attributes' is an object: { key: { values, from } }.",
	],
	[
		'attributes of @Metered, one of them',
		meters({ attributes: { ruling: { values: 'x' } } }),
		"The attribute 'ruling' has { values, from }: an array of strings, and a function that returns one of them.",
	],
	[
		'an attribute of ours',
		meters({ attributes: { 'agentese.path': { values: [], from: () => '' } } }),
		"The attribute 'agentese.path' is reserved: the toolkit sets it.",
	],
	[
		'an attribute with our prefix',
		meters({ attributes: { 'agentese.plan': { values: [], from: () => '' } } }),
		"The attribute 'agentese.plan' begins with 'agentese.', which belongs to the toolkit; begin it with a prefix of the application, such as 'app.'.",
	],
	[
		'an attribute with our prefix in the option metered',
		traces({ metered: { attributes: { 'agentese.plan': { values: [], from: () => '' } } } }),
		"The attribute 'agentese.plan' begins with 'agentese.'",
	],
];

describe('a wrong value', () => {
	it.each(VALUES)('of %s is refused with its rule', (_, decorator, rule) => {
		const message = onMethod(decorator);
		expect(message).toContain(`. ${rule}`);
		expect(message).toContain(' Try ');
		// What it got, and for which option, is in every message.
		expect(message).toMatch(/^@\w+ on (Soul|\(class\))\.ask got .+ for (the attribute '[\w.]+'|[\w.]+)\. /);
	});

	it.each<[label: string, decorator: Loose, got: string]>([
		['a text', traces({ root: 'yes' }), "got 'yes' for root."],
		['a near word', traces({ span: 'curent' }), "got 'curent' for span."],
		['a number', traces({ kind: 9 }), 'got 9 for kind.'],
		['null', traces({ observer: null }), 'got null for observer.'],
		['an empty text', traces(''), 'got an empty text for name.'],
		['a class', traces({ expected: RangeError }), 'got the class RangeError for expected.'],
		['a function', traces({ follow: () => 'x' }), 'got a function for follow.'],
		['an array', meters({ buckets: [2, 1] }), 'got an array for buckets.'],
		['an empty array', meters({ buckets: [] }), 'got an empty array for buckets.'],
		['an object', traces({ attributes: {} }), 'got an object for attributes.'],
		['an option within', traces({ capture: { arguments: 'fulll' } }), "got 'fulll' for capture.arguments."],
		['an option of metered', traces({ metered: { active: 1 } }), 'got 1 for active.'],
		['an attribute', meters({ attributes: { app: 7 } }), "got 7 for the attribute 'app'."],
		['a symbol', traces({ operation: Symbol('x') }), 'got a symbol for operation.'],
	])('%s is named', (_, decorator, got) => {
		expect(onMethod(decorator)).toContain(got);
	});

	it.each([
		[traces({ span: 'curent' }), "Try span: 'current'."],
		[traces({ capture: { arguments: 'fulll' } }), "Try capture.arguments: 'full'."],
		[traces({ errors: 'typ' }), "Try errors: 'type'."],
	])('that is near a legal word gets that word as the way out', (decorator, wayOut) => {
		expect(onMethod(decorator)).toContain(wayOut);
	});

	it('of path is refused with what is wrong with it', () => {
		expect(onMethod(traces({ path: 'self..ask' }))).toContain('has nothing in segment 2');
	});
});

describe('a wrong target', () => {
	it('is refused by @Resolver', () => {
		expect(onMethod(loose(Resolver('self.soul')))).toBe(
			`@Resolver on ${SOUL}.ask got a method. @Resolver goes on a class. Try @Aspect on a method, and @Resolver on its class.`,
		);
	});

	it('is refused by @Aspect', () => {
		const rule = '@Aspect goes on a method or an arrow-function field. Try a method that answers the aspect.';
		expect(onClass(loose(Aspect()))).toBe(`@Aspect on Soul got a class. ${rule}`);
		expect(onGetter(loose(Aspect('mood')))).toBe(`@Aspect on ${SOUL}.mood got a getter. ${rule}`);
	});

	it('is refused by @SpanAttribute', () => {
		const rule =
			'@SpanAttribute goes on a parameter of a method, a field, a getter or an accessor. Try @Traced({ attributes: (args, self) => ({ … }) }) on the method.';
		expect(onMethod(loose(SpanAttribute('k')))).toBe(`@SpanAttribute on ${SOUL}.ask got a method. ${rule}`);
		expect(onClass(loose(SpanAttribute('k')))).toBe(`@SpanAttribute on Soul got a class. ${rule}`);
		expect(onField(loose(SpanAttribute('')))).toBe(
			`@SpanAttribute on ${SOUL}.mood got an empty text. @SpanAttribute accepts the key of an attribute. Try @SpanAttribute('app.tenant').`,
		);
		expect(onField(loose(SpanAttribute(7 as never)))).toBe(
			`@SpanAttribute on ${SOUL}.mood got number. @SpanAttribute accepts the key of an attribute. Try @SpanAttribute('app.tenant').`,
		);
		const nameless = Symbol('nameless');
		expect(
			refusal(() => {
				class Soul {
					@SpanAttribute()
					[nameless] = 1;
				}
				return Soul;
			}),
		).toMatch(/got no key\. @SpanAttribute on a member whose name is a symbol needs the key of the attribute\. Try/);
	});

	it('is refused by @Umwelt', () => {
		const rule =
			'@Umwelt() goes on a parameter of a method. Try @Traced({ observer: (args) => args[1] }) on the method.';
		expect(onMethod(loose(Umwelt()))).toBe(`@Umwelt on ${SOUL}.ask got a method. ${rule}`);
		expect(onClass(loose(Umwelt()))).toBe(`@Umwelt on Soul got a class. ${rule}`);
	});

	it('is refused by @Untraced', () => {
		expect(onClass(loose(Untraced))).toBe(
			'@Untraced on Soul got a class. @Untraced goes on a method. Try leaving @Traced off the class.',
		);
	});

	it.each([
		['@Traced', Traced],
		['@Metered', Metered],
	] as [string, TracedDecorator][])('is refused by %s', (name, decorator) => {
		expect(refusal(() => (decorator({}) as unknown as Loose)(7))).toBe(
			`${name} on an anonymous class got something that is neither a class nor a member of one. ${name} ${PLACE} Try ${name} on the method itself, or instrument() for what cannot be annotated.`,
		);
		expect(refusal(() => (decorator as unknown as Loose)(class Soul {}.prototype, 'ask', 0))).toBe(
			`${name} on Soul.ask got a parameter. ${name} ${PLACE} Try ${name} on the method itself, or instrument() for what cannot be annotated.`,
		);
	});
});

describe('@Traced and @Untraced on one method', () => {
	const rule = 'got @Traced and @Untraced together. A method has one of the two at most. Try leaving one of them out.';

	it('are refused in either order', () => {
		const above = refusal(() => {
			class Soul {
				@Traced
				@Untraced
				ask(): void {}
			}
			return Soul;
		});
		const below = refusal(() => {
			class Soul {
				@Untraced
				@Traced
				ask(): void {}
			}
			return Soul;
		});
		expect([above, below]).toEqual([`@Traced on ${SOUL}.ask ${rule}`, `@Untraced on ${SOUL}.ask ${rule}`]);
	});
});

describe('a wrong name', () => {
	it('of an aspect is refused with one that is right', () => {
		expect(onMethod(loose(Aspect('AskMe')))).toBe(
			`@Aspect on ${SOUL}.ask got the name 'AskMe'. An aspect begins with a lower case letter and holds lower case letters, digits, '_' and '-'; 'AskMe' does not. Try @Aspect('ask_me').`,
		);
		expect(onMethod(loose(Aspect('ask me')))).toContain("Try @Aspect('challenge').");
		expect(onMethod(loose(Aspect('ask', { category: 'generaton' as 'generation' })))).toBe(
			`@Aspect on ${SOUL}.ask got the category 'generaton'. The option 'category' is perception, mutation, composition, introspection, generation or entropy. Try category: 'generation'.`,
		);
		expect(onMethod(loose(Aspect({ category: 7 as never })))).toContain("got the category '7'");
		expect(onMethod(loose(Aspect('ask', { affordedTo: 'scholar' as never })))).toBe(
			`@Aspect on ${SOUL}.ask got something else. The option 'affordedTo' is an array of archetypes. Try affordedTo: ['scholar'].`,
		);
	});

	it.each(['soul', 'self.Soul', 'self.*', '', 'self.soul.', 7])('handle %j is refused', (handle) => {
		const message = onClass(loose(Resolver(handle as string)));
		expect(message).toMatch(/^@Resolver on Soul got an invalid handle\. .+ Try a handle such as 'self\.soul'\.$/);
	});
});

describe('the options of @Resolver', () => {
	const handle = Resolver as unknown as (...args: unknown[]) => Loose;

	it.each([
		[{ publish: 'all' }, "'all'. The option 'publish' is 'aspects' or 'annotated'. Try publish: 'annotated'."],
		[
			{ publish: 'anotated' },
			"'anotated'. The option 'publish' is 'aspects' or 'annotated'. Try publish: 'annotated'.",
		],
		[{ publish: true }, "boolean. The option 'publish' is 'aspects' or 'annotated'. Try publish: 'annotated'."],
		[{ publishes: 'aspects' }, "the option 'publishes'. The legal options are publish. Try 'publish'."],
		[
			'annotated',
			"string for options. The options of @Resolver are an object; its only key is publish. Try @Resolver('self.soul', { publish: 'annotated' }).",
		],
	])('refuse %j', (options, message) => {
		expect(onClass(handle('self.soul', options))).toBe(`@Resolver on Soul got ${message}`);
	});
});

describe('instrument()', () => {
	it('refuses to publish what it does not instrument, and what is no segment of a path', () => {
		const target = { ask() {}, $ask() {}, _hide() {} };
		const publishing = (publish: unknown) => refusal(() => instrument(target, { publish: publish as string[] }));
		const rest = 'instrument() replaces methods of a class, an instance or a plain object. Try one of ask.';
		expect(publishing(['ask', '_hide'])).toContain(
			`got '_hide' to publish, which is not the name of an instrumented method. ${rest}`,
		);
		expect(publishing(['$ask'])).toContain(`got '$ask' to publish, whose name cannot be a segment of a path. ${rest}`);
		expect(publishing('ask')).toContain(`got another value than an array for publish. ${rest}`);
	});

	it('refuses what it cannot weave', () => {
		const frozen = Object.freeze(Object.create({ ask() {} }));
		const rule = 'instrument() replaces methods of a class, an instance or a plain object.';
		expect(refusal(() => instrument(null as never))).toContain(`got null. ${rule}`);
		expect(refusal(() => instrument('text' as never))).toContain(`got string. ${rule}`);
		expect(refusal(() => instrument(frozen))).toContain(`got an object that cannot be extended. ${rule}`);
		expect(refusal(() => instrument(Object.freeze({ ask() {} })))).toBe(
			`instrument() got the method 'ask', which can be neither written nor configured. ${rule} Try instrument({ ...object }), which leaves the frozen object as it is.`,
		);
		expect(refusal(() => instrument(() => 1))).toBe(
			`instrument() got a function without methods. ${rule} Try traced() for a function.`,
		);
		expect(
			refusal(() =>
				instrument({
					get ask() {
						return () => 1;
					},
				}),
			),
		).toContain('got an object that has getters and no methods');
		expect(refusal(() => instrument({ ask() {} }, { include: ['aks'] }))).toBe(
			`instrument() got 'aks', which is not the name of a method. ${rule} Try one of ask.`,
		);
	});
});

describe('instrument() of what refuses to be changed', () => {
	const rule = 'instrument() replaces methods of a class, an instance or a plain object.';
	const error = new Error('no');
	const fails = () => {
		throw error;
	};
	const revoked = Proxy.revocable({}, {});
	revoked.revoke();

	it.each<[string, object]>([
		['shows no members', new Proxy({ ask() {} }, { ownKeys: fails })],
		['accepts no property', new Proxy({ ask() {} }, { defineProperty: () => false })],
		['throws', new Proxy({ ask() {} }, { defineProperty: fails })],
		['was revoked', revoked.proxy],
	])('is a DecorationError for a proxy that %s', (_name, proxy) => {
		expect(refusal(() => instrument(proxy))).toBe(
			`instrument() got an object that refuses to be read or changed. ${rule} Try the object behind the proxy.`,
		);
	});

	it('leaves a target unchanged of which one method cannot be replaced', () => {
		const target = Object.defineProperty({ ask() {} }, 'fixed', { value() {} });
		const { ask } = target;
		expect(refusal(() => instrument(target))).toContain("got the method 'fixed', which can be neither written");
		expect(target.ask).toBe(ask);
	});

	it('replaces the methods of a sealed object', () => {
		const target = Object.seal({ ask: () => 1 });
		const { ask } = target;
		expect(instrument(target).ask).not.toBe(ask);
	});

	it('refuses options that are none, with the nearest one', () => {
		const wrong = (options: unknown) => refusal(() => instrument({ ask() {} }, options as never));
		const legal = 'The legal options are include, exclude, publish, traced, metered, handle.';
		expect(wrong({ inclde: ['ask'] })).toBe(`instrument() got the option 'inclde'. ${legal} Try 'include'.`);
		expect(wrong(null)).toContain(`got null for options. ${legal}`);
		expect(wrong('ask')).toContain(`got string for options. ${legal}`);
		expect(wrong({ include: 'ask' })).toContain(`got the text 'ask' for include. ${rule} Try an array of names`);
		expect(wrong({ exclude: [1] })).toContain(`got object for exclude. ${rule} Try an array of names`);
	});
});

describe('startInvocation()', () => {
	it.each<[unknown, string]>([
		[undefined, 'undefined'],
		[null, 'null'],
		[{ observer: null }, 'object'],
	])('without a path is refused: %p', (path, got) => {
		expect(() => startInvocation(path as string)).toThrow(
			new TypeError(
				`startInvocation() needs a path as its first argument, such as 'self.soul.challenge'; it got ${got}.`,
			),
		);
	});
});

describe('createLogos()', () => {
	it('refuses a resolver without a handle, and a handle that two resolvers declare', () => {
		class Nobody {
			@Aspect
			ask(): void {}
		}
		@Resolver('self.soul')
		class One {}
		@Resolver('self.soul')
		class Two {}
		const rule = 'A handle is declared on a class and answered by one resolver.';
		expect(refusal(() => createLogos([new Nobody()]))).toBe(
			`createLogos() on Nobody got neither a handle nor a path. ${rule} Try @Resolver('self.soul') on its class.`,
		);
		expect(refusal(() => createLogos([new One(), new Two()]))).toBe(
			`createLogos() on Two got the handle 'self.soul', which One answers already. ${rule} Try a handle of its own.`,
		);
		expect(refusal(() => createLogos([new One(), new One()]))).toContain("the handle 'self.soul'");
	});
});

describe('an option of a block that does not exist', () => {
	afterEach(() => dropSdk());

	it('is logged once with the nearest one, and the block runs', () => {
		startSdk();
		const options = { observr: null } as object;
		expect([1, 2].map((value) => traceInvocation('self.soul.ask', options, () => value))).toEqual([1, 2]);
		startInvocation('self.soul.ask', options).end();
		const lines = loggedMessages().filter((line) => line.includes("have no option 'observr'"));
		expect(lines).toHaveLength(1);
		expect(lines[0]).toContain("Did you mean 'observer'?");
	});
});
