import { describe, expect, it } from '@jest/globals';
import {
	Aspect,
	Attribute,
	createDecorator,
	createLogos,
	DecorationError,
	Metered,
	Observer,
	Resolver,
	Traced,
	type TracedDecorator,
	traced,
	Untraced,
	weave,
} from '../../index.js';

/** A TC39 member decorator does not receive its class. */
const SOUL = DECORATORS === 'legacy' ? 'Soul' : '(class)';
const TRACED =
	'The legal options are path, aspect, name, kind, observer, startAttributes, attributes, result, expected, refused, root, parent, links, span, tokens, watch, operation, capture, errors.';
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
		expect(onMethod(traces({ startAttribute: 1 }))).toBe(
			`@Traced on ${SOUL}.ask got the option 'startAttribute'. ${TRACED} Try 'startAttributes'.`,
		);
		expect(onClass(traces({ Kind: 1 }))).toBe(`@Traced on Soul got the option 'Kind'. ${TRACED} Try 'kind'.`);
		expect(onMethod(meters({ bucket: [] }))).toBe(
			`@Metered on ${SOUL}.ask got the option 'bucket'. The legal options are labels, buckets, active. Try 'buckets'.`,
		);
	});

	it('that is near none is refused with the list of all', () => {
		expect(onMethod(meters({ zzzzzz: 1 }))).toBe(
			`@Metered on ${SOUL}.ask got the option 'zzzzzz'. The legal options are labels, buckets, active. Try one of them.`,
		);
	});

	it('is refused by a decorator of createDecorator, traced() and weave() too', () => {
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
		expect(refusal(() => weave(Soul, { traced: { naem: 1 } as never }))).toBe(
			`@Traced on Soul got the option 'naem'. ${TRACED} Try 'name'.`,
		);
	});

	it.each([null, 'name', 7, []])('list %j is no options', (options) => {
		if (options === null) return expect(onMethod(loose(Traced(null as never)))).toBe('not refused');
		return expect(onMethod(traces(options))).toMatch(/^@Traced on .*\.ask got .* for options\./);
	});
});

const VALUES: readonly [label: string, decorator: Loose, rule: string][] = [
	['observer', traces({ observer: 'me' }), "The option 'observer' is a function."],
	['attributes', traces({ attributes: {} }), "The option 'attributes' is a function."],
	['result', traces({ result: 'x' }), "The option 'result' is a function."],
	['links', traces({ links: [] }), "The option 'links' is a function."],
	['name', traces({ name: '' }), "The option 'name' is a non-empty string."],
	['watch', traces({ watch: 1 }), "The option 'watch' is a non-empty string."],
	[
		'operation',
		traces({ operation: 'chat' as 'invoke_agent' }),
		"The option 'operation' is 'invoke_agent' or 'execute_tool'.",
	],
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
		'labels',
		meters({ labels: { ruling: { values: 'x' } } }),
		"The label 'ruling' has { values, from }: an array of strings, and a function that returns one of them.",
	],
	[
		'a label of ours',
		meters({ labels: { 'agentese.path': { values: [], from: () => '' } } }),
		"The label 'agentese.path' is reserved: the toolkit sets it.",
	],
];

describe('a wrong value', () => {
	it.each(VALUES)('of %s is refused with its rule', (_, decorator, rule) => {
		expect(onMethod(decorator)).toContain(`on ${SOUL}.ask got another value. ${rule} Try `);
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

	it('is refused by @Attribute', () => {
		const rule =
			'@Attribute goes on a parameter of a method, a field, a getter or an accessor. Try @Traced({ attributes: (args, self) => ({ … }) }) on the method.';
		expect(onMethod(loose(Attribute('k')))).toBe(`@Attribute on ${SOUL}.ask got a method. ${rule}`);
		expect(onClass(loose(Attribute('k')))).toBe(`@Attribute on Soul got a class. ${rule}`);
		expect(onField(loose(Attribute('')))).toBe(
			`@Attribute on ${SOUL}.mood got an empty text. @Attribute accepts the key of an attribute. Try @Attribute('app.tenant').`,
		);
	});

	it('is refused by @Observer', () => {
		const rule =
			'@Observer() goes on a parameter of a method. Try @Traced({ observer: (args) => args[1] }) on the method.';
		expect(onMethod(loose(Observer()))).toBe(`@Observer on ${SOUL}.ask got a method. ${rule}`);
		expect(onClass(loose(Observer()))).toBe(`@Observer on Soul got a class. ${rule}`);
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
			`${name} on an anonymous class got something that is neither a class nor a member of one. ${name} ${PLACE} Try ${name} on the method itself, or weave() for what cannot be annotated.`,
		);
		expect(refusal(() => (decorator as unknown as Loose)(class Soul {}.prototype, 'ask', 0))).toBe(
			`${name} on Soul.ask got a parameter. ${name} ${PLACE} Try ${name} on the method itself, or weave() for what cannot be annotated.`,
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

describe('weave()', () => {
	it('refuses what it cannot weave', () => {
		const frozen = Object.freeze(Object.create({ ask() {} }));
		const rule = 'weave() replaces methods of a class, an instance or a plain object.';
		expect(refusal(() => weave(null as never))).toContain(`got null. ${rule}`);
		expect(refusal(() => weave('text' as never))).toContain(`got string. ${rule}`);
		expect(refusal(() => weave(frozen))).toContain(`got an object that cannot be extended. ${rule}`);
		expect(refusal(() => weave(Object.freeze({ ask() {} })))).toContain('neither written nor configured');
		expect(refusal(() => weave({ ask() {} }, { include: ['aks'] }))).toBe(
			`weave() on an anonymous class got 'aks', which is not the name of a method. ${rule} Try one of ask.`,
		);
	});
});

describe('createLogos()', () => {
	it('refuses a resolver without a handle, and a handle that two resolvers declare', () => {
		class Nobody {
			@Traced
			ask(): void {}
		}
		@Resolver('self.soul')
		class One {}
		@Resolver('self.soul')
		class Two {}
		const rule = 'A handle is declared on a class and answered by one resolver.';
		expect(refusal(() => createLogos([new Nobody()]))).toBe(
			`createLogos on Nobody got neither a handle nor a path. ${rule} Try @Resolver('self.soul') on its class.`,
		);
		expect(refusal(() => createLogos([new One(), new Two()]))).toBe(
			`createLogos on Two got the handle 'self.soul', which One answers already. ${rule} Try a handle of its own.`,
		);
		expect(refusal(() => createLogos([new One(), new One()]))).toContain("the handle 'self.soul'");
	});
});
