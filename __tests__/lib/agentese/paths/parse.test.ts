import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PathSyntaxError } from '../../../../lib/agentese/errors/errors.js';
import { contexts, handleOf, isContext, parsePath, tryParsePath } from '../../../../lib/agentese/paths/parse.js';

const SEGMENT = 'A segment is a lower case letter, then letters, digits and "_", with single hyphens inside.';
const CONTEXTS = 'The contexts are world, self, concept, void and time.';
const TRIM = 'Blanks and control characters are not allowed, and are not trimmed.';
const DOT = 'A dot separates two segments.';
const WILDCARD = 'Wildcards are not allowed: each segment names one thing.';
const TYPE = 'Context, holon and aspect are written with dots between them. Try one such as "self.soul.manifest".';
const EXAMPLE = 'Try one such as "self.soul.manifest".';

function refusal(text: unknown): PathSyntaxError {
	const result = tryParsePath(text);
	if (result instanceof PathSyntaxError) return result;
	throw new Error(`expected a refusal, got ${JSON.stringify(result)}`);
}

describe('parsePath()', () => {
	it('returns the segments between context and aspect as the holon, however many', () => {
		expect(parsePath('self.memory.cartography.deep.map')).toEqual({
			path: 'self.memory.cartography.deep.map',
			context: 'self',
			holon: 'memory.cartography.deep',
			aspect: 'map',
		});
	});

	it('returns an empty holon for two segments', () => {
		expect(parsePath('void.manifest')).toEqual({
			path: 'void.manifest',
			context: 'void',
			holon: '',
			aspect: 'manifest',
		});
	});

	it('returns a frozen object', () => {
		expect(Object.isFrozen(parsePath('self.soul.challenge'))).toBe(true);
	});

	it('throws the error that tryParsePath() returns', () => {
		expect(() => parsePath('self')).toThrow(PathSyntaxError);
		expect(() => parsePath('self')).toThrow(refusal('self').message);
	});

	it('accepts 64 segments and 1024 characters, and not one more', () => {
		const segments = `self${'.a'.repeat(63)}`;
		const characters = `self.${'a'.repeat(1019)}`;
		expect(parsePath(segments).path).toBe(segments);
		expect(parsePath(characters).path).toBe(characters);
		expect(refusal(`${segments}.a`).fault).toBe('has 65 segments');
		expect(refusal(`${characters}a`).fault).toBe('has 1025 characters');
	});
});

describe('a wrong path', () => {
	it.each([
		// As agentese.md lists them.
		['self.soul.challenge\n', `ends with the character "\\n". ${TRIM} Try "self.soul.challenge".`],
		['self.soul.challenge.', `ends with a dot. ${DOT} Try "self.soul.challenge".`],
		[' self.soul.challenge', `begins with a blank. ${TRIM} Try "self.soul.challenge".`],
		[
			'self.Soul.challenge',
			'has the capital "S" in segment 2, "Soul". Segments are lower case. Try "self.soul.challenge".',
		],
		['self..challenge', `has nothing in segment 2. ${DOT} Try "self.challenge".`],
		['self.soul.*', `has the wildcard "*" in segment 3. ${WILDCARD} Try writing that segment out.`],
		['world.**', `has the wildcard "*" in segment 2. ${WILDCARD} Try writing that segment out.`],
		// Blanks and control characters.
		['Self.Soul.challenge ', `ends with a blank. ${TRIM} Try "self.soul.challenge".`],
		['self.soul.daily lab', `has a blank at character 16. ${TRIM} Try "self.soul.daily_lab".`],
		['self.soul.challenge\r\n', `ends with the character "\\r". ${TRIM} Try "self.soul.challenge".`],
		['self.so\u0000ul.x', `has the character "\\u0000" at character 8. ${TRIM} Try "self.soul.x".`],
		['self.soul.x\u0000', `ends with the character "\\u0000". ${TRIM} Try "self.soul.x".`],
		['self.soul.x\u00a0', `ends with the character "\\u00a0". ${TRIM} Try "self.soul.x".`],
		['   ', `begins with a blank. ${TRIM} ${EXAMPLE}`],
		// Dots.
		['.self.soul.x', `begins with a dot. ${DOT} Try "self.soul.x".`],
		['.', `begins with a dot. ${DOT} ${EXAMPLE}`],
		// Characters.
		[
			'self/soul/challenge',
			`has the character "/" in segment 1, "self/soul/challenge". ${SEGMENT} Try "self.soul.challenge".`,
		],
		[
			'self.soul.challengeIdea',
			'has the capital "I" in segment 3, "challengeIdea". Segments are lower case. Try "self.soul.challenge_idea".',
		],
		['self.café.x', `has the character "é" in segment 2, "café". ${SEGMENT} ${EXAMPLE}`],
		['self.soul.\u200bx', `has the character "\\u200b" in segment 3, "\\u200bx". ${SEGMENT} Try "self.soul.x".`],
		['self.soul.{id}', `has the character "{" in segment 3, "{id}". ${SEGMENT} ${EXAMPLE}`],
		['self.9a.x', `has "9" first in segment 2, "9a". ${SEGMENT} ${EXAMPLE}`],
		['self._a.x', `has "_" first in segment 2, "_a". ${SEGMENT} ${EXAMPLE}`],
		['self.-a.x', `has "-" first in segment 2, "-a". ${SEGMENT} ${EXAMPLE}`],
		['self.a-.x', `has a hyphen at an end, or two in a row, in segment 2, "a-". ${SEGMENT} ${EXAMPLE}`],
		['self.a--b.x', `has a hyphen at an end, or two in a row, in segment 2, "a--b". ${SEGMENT} ${EXAMPLE}`],
		// Another kind of text.
		['', `is empty. ${TYPE}`],
		[
			'world.town.:citizen.manifest',
			'has the parameter ":citizen" in segment 3. Parameters are allowed in handles and path templates, not in a path. Try the entity\'s name in its place.',
		],
		[
			'self.soul.x >> self.soul.y',
			'is a composition. Each stage of a composition is a separate path. Try logos.invoke with the whole text.',
		],
		// Too few segments.
		['void', 'has one segment. A context and an aspect are required. Try "void.manifest".'],
		['slef', 'has one segment. A context and an aspect are required. Try "self.manifest".'],
		['soul', 'has one segment. A context and an aspect are required. Try "self.soul.manifest".'],
		// Contexts.
		['slef.soul.x', `begins with "slef", which is not a context. ${CONTEXTS} Try "self.soul.x".`],
		['word.town.x', `begins with "word", which is not a context. ${CONTEXTS} Try "world.town.x".`],
		[
			'constructor.soul.x',
			`begins with "constructor", which is not a context. ${CONTEXTS} Try a context before it, such as "self.constructor.soul.x".`,
		],
		['__proto__.x', `has "_" first in segment 1, "__proto__". ${SEGMENT} ${EXAMPLE}`],
	])('%j is refused with its fault and the path that was meant', (text, expected) => {
		const error = refusal(text);
		expect(error.message).toBe(`${error.got} is not a path: it ${expected}`);
	});

	it('is quoted with invisible characters escaped', () => {
		expect([refusal('self.soul.challenge\n').got, refusal('self.\u202e').got]).toEqual([
			'"self.soul.challenge\\n"',
			'"self.\\u202e"',
		]);
	});

	it('has the fault and the suggestion in fields of the error', () => {
		const { got, fault, why, hints: tries, related, suggestion } = refusal('slef.Soul.x');
		expect({ got, fault, why, tries, related, suggestion }).toEqual({
			got: '"slef.Soul.x"',
			fault: 'has the capital "S" in segment 2, "Soul"',
			why: 'Segments are lower case.',
			tries: ['"self.soul.x"'],
			related: [],
			suggestion: 'self.soul.x',
		});
	});

	it('has no suggestion if nothing is near', () => {
		expect(refusal('witness.daily_lab.capture').suggestion).toBeUndefined();
	});
});

describe('a value that is not a string', () => {
	const revoked = Proxy.revocable({}, {});
	revoked.revoke();
	const thrower = {
		toString() {
			throw new Error('toString was called');
		},
		get length() {
			throw new Error('length was read');
		},
	};
	it.each<[string, unknown, string]>([
		['a number', 42, 'A number'],
		['a bigint', 42n, 'A bigint'],
		['a boolean', true, 'A boolean'],
		['a symbol', Symbol('self.soul.x'), 'A symbol'],
		['a function', () => 'self.soul.x', 'A function'],
		['null', null, 'null'],
		['undefined', undefined, 'undefined'],
		['an array', ['self.soul.x'], 'An object'],
		['a String object', new String('self.soul.x'), 'An object'],
		['an object whose toString throws', thrower, 'An object'],
		['a revoked proxy', revoked.proxy, 'An object'],
	])('%s is refused without being read', (_name, value, shown) => {
		expect(refusal(value).message).toBe(`${shown} is not a path: it is not a string. ${TYPE}`);
	});
});

describe('a hostile path', () => {
	const size = 10_000_000;
	it.each([
		['letters', 'a'.repeat(size)],
		['segments', `self${'.a'.repeat(size / 2)}`],
		['10,000 segments', Array.from({ length: 10_000 }, () => 'self').join('.')],
		['dots', '.'.repeat(size)],
		['blanks', ' '.repeat(size)],
		['blanks before an end', `self.soul.x${' '.repeat(size)}y`],
		['hyphens', `self.a${'-a'.repeat(size / 2)}-`],
		['control characters', '\u0000'.repeat(size)],
		['stages', 'a>>'.repeat(size / 3)],
		['halves of surrogate pairs', '\ud800'.repeat(size)],
		['capitals up to the limit', `self.${'A'.repeat(1019)}`],
		['hyphens up to the limit', `self.${'a-'.repeat(509)}`],
		['blanks up to the limit', `self.${' '.repeat(1018)}a`],
		['an unknown context up to the limit', `${'x'.repeat(1000)}.y`],
		['control characters up to the limit', `self.${'\u0001'.repeat(1000)}`],
	])('of %s is refused in a short message, of ten million characters too', (_name, text) => {
		const { message } = refusal(text);
		expect(message.length).toBeLessThan(500);
		expect(message).not.toMatch(/[\p{Cc}\p{Cs}]/u);
	});
});

describe('properties', () => {
	const segment = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}(-[a-z0-9_]{1,4}){0,2}$/);
	const path = fc
		.tuple(fc.constantFrom(...contexts), fc.array(segment, { minLength: 1, maxLength: 8 }))
		.map(([context, rest]) => [context, ...rest].join('.'));

	it('the parts of every generated path, joined, are the path', () => {
		fc.assert(
			fc.property(path, (text) => {
				const { context, holon, aspect, path } = parsePath(text);
				expect(path).toBe(text);
				expect([context, holon, aspect].filter((part) => part !== '').join('.')).toBe(text);
				expect(aspect).not.toContain('.');
			}),
		);
	});

	const nearly = fc.oneof(
		fc.string({ unit: 'binary' }),
		fc.string({ unit: fc.constantFrom(...'selfvoid._-:* \n>/AZ09'), maxLength: 20 }),
		fc.tuple(path, fc.nat(30), fc.string({ unit: 'binary', maxLength: 2 })).map(([text, at, odd]) => {
			return text.slice(0, at) + odd + text.slice(at);
		}),
	);

	it('every text is parsed to itself or refused with a PathSyntaxError', () => {
		const oracle = /^(world|self|concept|void|time)(\.[a-z][a-z0-9_]*(-[a-z0-9_]+)*)+$/;
		fc.assert(
			fc.property(nearly, (text) => {
				const result = tryParsePath(text);
				const parsed = !(result instanceof PathSyntaxError);
				expect(parsed).toBe(oracle.test(text));
				if (parsed) expect(result.path).toBe(text);
				else expect(result.fault).not.toBe('has another form');
			}),
			{ numRuns: 2000 },
		);
	});

	it('every suggestion is a path itself, short, and not what was given', () => {
		fc.assert(
			fc.property(nearly, (text) => {
				const result = tryParsePath(text);
				if (!(result instanceof PathSyntaxError) || result.suggestion === undefined) return;
				expect(parsePath(result.suggestion).path).toBe(result.suggestion);
				expect(result.suggestion.length).toBeLessThanOrEqual(80);
				expect(result.suggestion).not.toBe(text);
			}),
			{ numRuns: 2000 },
		);
	});

	it('every value has a result, and none throws', () => {
		fc.assert(
			fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => {
				expect(tryParsePath(value)).toBeDefined();
			}),
		);
	});
});

describe('handleOf()', () => {
	it.each([
		['self.soul.challenge', 'self.soul'],
		['self.memory.cartography.map', 'self.memory.cartography'],
		['void.manifest', 'void'],
	])('of %s is %s', (path, handle) => {
		expect(handleOf(parsePath(path))).toBe(handle);
		expect(isContext(handle.split('.')[0])).toBe(true);
	});
});
