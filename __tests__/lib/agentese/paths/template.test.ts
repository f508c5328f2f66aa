import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PathSyntaxError } from '../../../../lib/agentese/errors/errors.js';
import { contexts } from '../../../../lib/agentese/paths/parse.js';
import {
	compareTemplates,
	matchHandle,
	parseHandle,
	parsePathTemplate,
	sameShape,
} from '../../../../lib/agentese/paths/template.js';

function refused(parse: (text: unknown) => unknown, text: unknown): string {
	try {
		parse(text);
	} catch (error) {
		if (error instanceof PathSyntaxError) return error.message;
		throw error;
	}
	return 'not refused';
}

describe('parseHandle()', () => {
	it('parses a handle', () => {
		expect(parseHandle('self.soul')).toEqual({
			handle: 'self.soul',
			context: 'self',
			segments: ['self', 'soul'],
			isTemplate: false,
			parameters: [],
			specificity: 2,
		});
	});

	it('parses a handle with parameters', () => {
		expect(parseHandle('world.:town.:citizenId')).toEqual({
			handle: 'world.:town.:citizenId',
			context: 'world',
			segments: ['world', ':town', ':citizenId'],
			isTemplate: true,
			parameters: ['town', 'citizenId'],
			specificity: 1,
		});
	});

	it.each(contexts)('accepts %s alone, for paths of two segments', (context) => {
		expect(parseHandle(context)).toMatchObject({ handle: context, segments: [context], specificity: 1 });
	});

	it('returns a frozen handle', () => {
		const handle = parseHandle('world.:town');
		expect([handle, handle.segments, handle.parameters].map(Object.isFrozen)).toEqual([true, true, true]);
	});

	it('accepts one segment less than a path: 63', () => {
		expect(parseHandle(`self${'.a'.repeat(62)}`).segments).toHaveLength(63);
		expect(refused(parseHandle, `self${'.a'.repeat(63)}`)).toContain('it has 64 segments. 63 is the limit.');
	});

	it.each<[unknown, string]>([
		[
			'Self.Soul',
			'"Self.Soul" is not a handle: it has the capital "S" in segment 1, "Self". Segments are lower case. Try "self.soul".',
		],
		[
			'soul',
			'"soul" is not a handle: it begins with "soul", which is not a context. The contexts are world, self, concept, void and time. Try a context before it, such as "self.soul".',
		],
		[
			'slef',
			'"slef" is not a handle: it begins with "slef", which is not a context. The contexts are world, self, concept, void and time. Try "self".',
		],
		[
			'',
			'"" is not a handle: it is empty. Context, holon and aspect are written with dots between them. Try one such as "self.soul".',
		],
		[
			undefined,
			'undefined is not a handle: it is not a string. Context, holon and aspect are written with dots between them. Try one such as "self.soul".',
		],
		['self.soul.', '"self.soul." is not a handle: it ends with a dot. A dot separates two segments. Try "self.soul".'],
		[
			'world.*',
			'"world.*" is not a handle: it has the wildcard "*" in segment 2. Wildcards are not allowed: each segment names one thing. Try writing that segment out.',
		],
		[
			'world.{id}',
			'"world.{id}" is not a handle: it has the character "{" in segment 2, "{id}". A segment is a lower case letter, then letters, digits and "_", with single hyphens inside. A parameter begins with ":". Try one such as "self.soul".',
		],
		[
			'world.:Town',
			'"world.:Town" is not a handle: it has the parameter ":Town" in segment 2. A parameter is ":", a lower case letter, then letters, digits and "_". Try ":id".',
		],
		[
			'world.:',
			'"world.:" is not a handle: it has the parameter ":" in segment 2. A parameter is ":", a lower case letter, then letters, digits and "_". Try ":id".',
		],
		[
			'world.:__proto__',
			'"world.:__proto__" is not a handle: it has the parameter ":__proto__" in segment 2. A parameter is ":", a lower case letter, then letters, digits and "_". Try ":id".',
		],
		[
			'world.:a.:a',
			'"world.:a.:a" is not a handle: it has the parameter ":a" twice. The names of parameters must differ. Try ":a2" for one of them.',
		],
		[
			':context.town',
			'":context.town" is not a handle: it has a parameter as its context. The contexts are world, self, concept, void and time. Try one such as "self.soul".',
		],
	])('refuses %j', (text, message) => {
		expect(refused(parseHandle, text)).toBe(message);
	});

	it.each([
		['a handle', 'self.'.repeat(2_000_000)],
		['parameters', `world${'.:a'.repeat(3_000_000)}`],
		['a long parameter', `world.:${'a'.repeat(1000)}-`],
		['the same long parameter', `world${`.:${'a'.repeat(500)}`.repeat(2)}`],
	])('refuses hostile text of %s in a short message', (_name, text) => {
		const message = refused(parseHandle, text);
		expect(message).toContain(' is not a handle: it ');
		expect(message.length).toBeLessThan(500);
	});
});

describe('parsePathTemplate()', () => {
	it('parses the template of a whole path', () => {
		expect(parsePathTemplate('world.town.:citizen.manifest')).toEqual({
			template: 'world.town.:citizen.manifest',
			handle: 'world.town.:citizen',
			context: 'world',
			holon: 'town.:citizen',
			aspect: 'manifest',
			segments: ['world', 'town', ':citizen', 'manifest'],
			isTemplate: true,
			parameters: ['citizen'],
			specificity: 3,
		});
	});

	it('accepts a path without parameters, of two segments too', () => {
		expect(parsePathTemplate('void.manifest')).toMatchObject({
			handle: 'void',
			holon: '',
			aspect: 'manifest',
			isTemplate: false,
		});
	});

	it.each([
		[
			'self',
			'"self" is not a path template: it has one segment. A context and an aspect are required. Try "self.manifest".',
		],
		[
			'world.:citizen',
			'"world.:citizen" is not a path template: it has the parameter ":citizen" as its aspect. The last segment is the aspect, one method of the class. Try an aspect after it.',
		],
		[
			'world.:citizen.Manifest',
			'"world.:citizen.Manifest" is not a path template: it has the capital "M" in segment 3, "Manifest". Segments are lower case. Try "world.:citizen.manifest".',
		],
	])('refuses %j', (text, message) => {
		expect(refused(parsePathTemplate, text)).toBe(message);
	});
});

describe('matchHandle()', () => {
	const match = (handle: string, path: string) => matchHandle(parseHandle(handle), path.split('.'));

	it('returns the values of the parameters by name', () => {
		expect({ ...match('world.:town.:citizen', 'world.oak.kent_001') }).toEqual({ town: 'oak', citizen: 'kent_001' });
	});

	it('returns no values for a handle without parameters', () => {
		expect({ ...match('self.soul', 'self.soul') }).toEqual({});
	});

	it('returns frozen values without a prototype', () => {
		for (const params of [match('world.:constructor', 'world.oak'), match('self.soul', 'self.soul')]) {
			expect(Object.getPrototypeOf(params)).toBe(null);
			expect(Object.isFrozen(params)).toBe(true);
		}
		expect(match('world.:town', 'world.oak')?.['constructor']).toBeUndefined();
	});

	it.each([
		['fewer segments', 'world.town.:citizen', 'world.town'],
		['more segments', 'world.town.:citizen', 'world.town.kent.house'],
		['another segment', 'world.town.:citizen', 'world.city.kent'],
		['another context', 'world.:town', 'void.oak'],
		['an empty value', 'world.:town', 'world.'],
		['a value with a capital', 'world.:town', 'world.Oak'],
		['a value that is the parameter itself', 'world.:town', 'world.:town'],
		['a value with a line break', 'world.:town', 'world.oak\n'],
	])('does not match %s', (_name, handle, path) => {
		expect(match(handle, path)).toBeUndefined();
	});

	it('matches a whole path against the template of one', () => {
		const template = parsePathTemplate('world.town.:citizen.manifest');
		expect({ ...matchHandle(template, ['world', 'town', 'kent', 'manifest']) }).toEqual({ citizen: 'kent' });
		expect(matchHandle(template, ['world', 'town', 'kent', 'greet'])).toBeUndefined();
	});
});

describe('compareTemplates()', () => {
	it('sorts more static segments first, then the leftmost of them, whatever the order before', () => {
		const sorted = ['world.town.kent', 'world.town.:citizen', 'world.:town.kent', 'world.:a.:b', 'world.:town.:x'];
		fc.assert(
			fc.property(fc.shuffledSubarray(sorted, { minLength: sorted.length }), (shuffled) => {
				const handles = shuffled.map(parseHandle).sort(compareTemplates);
				expect(handles.map(({ handle }) => handle)).toEqual(sorted);
			}),
		);
	});

	it('is equal only for the same text', () => {
		expect(compareTemplates(parseHandle('world.:a'), parseHandle('world.:a'))).toBe(0);
	});
});

describe('sameShape()', () => {
	it.each([
		['world.:a', 'world.:b', true],
		['self.soul', 'self.soul', true],
		['world.:a', 'world.town', false],
		['world.town', 'world.:a', false],
		['world.:a', 'world.:a.:b', false],
		['world.:a.x', 'world.:a.y', false],
	])('of %s and %s is %s', (a, b, same) => {
		expect(sameShape(parseHandle(a), parseHandle(b))).toBe(same);
	});
});

describe('properties', () => {
	const segment = fc.stringMatching(/^[a-z][a-z0-9_]{0,3}(-[a-z0-9]{1,2})?$/);
	const name = fc.stringMatching(/^[a-z][A-Za-z0-9_]{0,5}$/);
	const part = fc.oneof(
		segment.map((text) => ({ text, parameter: false })),
		name.map((text) => ({ text, parameter: true })),
	);
	const parts = fc.uniqueArray(part, { minLength: 1, maxLength: 6, selector: ({ text }) => text });
	const template = fc
		.tuple(fc.constantFrom(...contexts), parts)
		.map(([context, rest]) => [context, ...rest.map(({ text, parameter }) => (parameter ? `:${text}` : text))]);

	it('every template matches what it expands to, and returns the values', () => {
		fc.assert(
			fc.property(template, fc.array(segment, { minLength: 6, maxLength: 6 }), (segments, values) => {
				const expected: Record<string, string> = {};
				const path = segments.map((text, at) => {
					if (!text.startsWith(':')) return text;
					expected[text.slice(1)] = values[at - 1] ?? '';
					return values[at - 1] ?? '';
				});
				expect({ ...matchHandle(parseHandle(segments.join('.')), path) }).toEqual(expected);
			}),
		);
	});

	it('every template matches nothing but what it expands to', () => {
		fc.assert(
			fc.property(template, fc.array(segment, { minLength: 1, maxLength: 7 }), (segments, candidate) => {
				const expands =
					candidate.length === segments.length &&
					segments.every((text, at) => text.startsWith(':') || text === candidate[at]);
				expect(matchHandle(parseHandle(segments.join('.')), candidate) !== undefined).toBe(expands);
			}),
		);
	});

	it('every text is a handle or refused with a PathSyntaxError', () => {
		const oracle = /^(world|self|concept|void|time)(\.([a-z][a-z0-9_]*(-[a-z0-9_]+)*|:[a-z][A-Za-z0-9_]*))*$/;
		const nearly = fc.oneof(
			fc.string({ unit: 'binary' }),
			fc.tuple(template, fc.nat(12), fc.string({ maxLength: 1 })).map(([segments, at, odd]) => {
				const text = segments.join('.');
				return text.slice(0, at) + odd + text.slice(at);
			}),
		);
		fc.assert(
			fc.property(nearly, (text) => {
				const names = text.split('.').filter((segment) => segment.startsWith(':'));
				const valid = oracle.test(text) && new Set(names).size === names.length;
				expect(refused(parseHandle, text) === 'not refused').toBe(valid);
			}),
			{ numRuns: 1000 },
		);
	});
});
