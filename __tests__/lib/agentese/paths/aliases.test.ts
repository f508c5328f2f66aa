import { describe, expect, it } from '@jest/globals';
import { PathSyntaxError } from '../../../../lib/agentese/errors/errors.js';
import { createAliases } from '../../../../lib/agentese/paths/aliases.js';

const aliases = createAliases({ me: 'self.soul', chaos: 'void.entropy', past: 'time.past', nothing: 'void' });

describe('expand()', () => {
	it.each([
		['me.challenge', 'self.soul.challenge'],
		['chaos.sip', 'void.entropy.sip'],
		['past.trace.find', 'time.past.trace.find'],
		['nothing.manifest', 'void.manifest'],
		['me', 'self.soul'],
		['me.Challenge ', 'self.soul.Challenge '],
	])('expands %s to %s, and returns the original too', (original, path) => {
		expect(aliases.expand(original)).toEqual({ path, original });
	});

	it.each([
		['a path', 'self.soul.challenge'],
		['an alias that is not the first segment', 'self.me.challenge'],
		['a longer first segment', 'mean.challenge'],
		['an alias in capitals', 'Me.challenge'],
		['an alias after a blank', ' me.challenge'],
		['nothing', ''],
		['a dot', '.me'],
		['a member of every object', 'constructor.name'],
		['the prototype', '__proto__.x'],
	])('leaves %s as it is', (_name, path) => {
		expect(aliases.expand(path)).toEqual({ path });
	});

	it('leaves a value that is not a string as it is', () => {
		const value = { toString: () => 'me.challenge' };
		expect(aliases.expand(value)).toEqual({ path: value });
		expect(aliases.expand(undefined)).toEqual({ path: undefined });
	});

	it('leaves text of ten million characters as it is', () => {
		const text = 'm'.repeat(10_000_000);
		expect(aliases.expand(text).path).toBe(text);
	});

	it('expands once only: a target is never an alias', () => {
		const both = createAliases({ me: 'self.you', you: 'self.me' });
		expect(both.expand('me.you.x')).toEqual({ path: 'self.you.you.x', original: 'me.you.x' });
	});

	it('does nothing without aliases', () => {
		expect(createAliases(undefined).expand('me.challenge')).toEqual({ path: 'me.challenge' });
		expect(createAliases({}).expand('me.challenge')).toEqual({ path: 'me.challenge' });
	});

	it('ignores later changes of the record', () => {
		const record: Record<string, string> = { me: 'self.soul' };
		const { expand } = createAliases(record);
		record['me'] = 'void';
		expect(expand('me.x').path).toBe('self.soul.x');
	});
});

describe('createAliases()', () => {
	it('accepts an alias named as a member of every object', () => {
		expect(createAliases({ constructor: 'self.soul' }).expand('constructor.x').path).toBe('self.soul.x');
	});

	it('ignores properties that the record inherits', () => {
		expect(createAliases(Object.create({ me: 'self.soul' })).expand('me.x')).toEqual({ path: 'me.x' });
	});

	const SEGMENT =
		'it is not a segment. An alias replaces the first segment of a path: ' +
		'a lower case letter, then letters, digits and "_". Try "me".';
	it.each<[Record<string, unknown>, string]>([
		[
			{ self: 'void' },
			'"self" is not an alias: it is a context. An alias cannot replace one of the five contexts. Try another name for it.',
		],
		[{ Me: 'self.soul' }, `"Me" is not an alias: ${SEGMENT}`],
		[{ 'a.b': 'self.soul' }, `"a.b" is not an alias: ${SEGMENT}`],
		[{ '': 'self.soul' }, `"" is not an alias: ${SEGMENT}`],
		[{ ['__proto__']: 'self.soul' }, `"__proto__" is not an alias: ${SEGMENT}`],
		[
			{ me: 'soul' },
			'"soul" is not a target for the alias "me": it begins with "soul", which is not a context. The contexts are world, self, concept, void and time. Try a context before it, such as "self.soul".',
		],
		[
			{ me: 'self.Soul' },
			'"self.Soul" is not a target for the alias "me": it has the capital "S" in segment 2, "Soul". Segments are lower case. Try "self.soul".',
		],
		[
			{ me: 'world.:town' },
			'"world.:town" is not a target for the alias "me": it has parameters. The target of an alias is one context or handle. Try a handle without parameters.',
		],
		[
			{ me: 7 },
			'A number is not a target for the alias "me": it is not a string. Context, holon and aspect are written with dots between them. Try one such as "self.soul".',
		],
	])('refuses %j with its fault', (record, message) => {
		const create = () => createAliases(record as Record<string, string>);
		expect(create).toThrow(PathSyntaxError);
		expect(create).toThrow(expect.objectContaining({ message }));
	});
});
