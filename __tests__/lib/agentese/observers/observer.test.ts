import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GUEST, readObserver } from '../../../../lib/agentese/observers/observer.js';

/** Returns a proxy of the members, and the names of those that were read, in order. */
function watched(members: object): { umwelt: object; reads: string[] } {
	const reads: string[] = [];
	const umwelt = new Proxy(members, {
		get(target, key, receiver) {
			reads.push(String(key));
			return Reflect.get(target, key, receiver);
		},
	});
	return { umwelt, reads };
}

describe('the shapes that occur', () => {
	it.each<[string, object, object]>([
		['a v3 observer', { archetype: 'guest', capabilities: [] }, { id: 'anonymous', archetype: 'guest' }],
		[
			'an umwelt',
			{ state: {}, dna: { name: 'kent', archetype: 'developer', capabilities: [] }, gravity: [] },
			{ id: 'kent', archetype: 'developer' },
		],
		[
			'an HTTP context',
			{ archetype: 'viewer', id: 'anonymous', capabilities: [] },
			{ id: 'anonymous', archetype: 'viewer' },
		],
		[
			'spec v3 in camel case',
			{ userId: 'u1', tenantId: 't1', sessionId: 's1' },
			{ id: 'u1', archetype: 'guest', tenantId: 't1', sessionId: 's1' },
		],
		[
			'spec v3 in snake case',
			{ user_id: 'u1', tenant_id: 't1', session_id: 's1' },
			{ id: 'u1', archetype: 'guest', tenantId: 't1', sessionId: 's1' },
		],
		['a session without an observer', { session_id: 's1' }, { id: 'anonymous', archetype: 'guest', sessionId: 's1' }],
		['a dna with a name only', { dna: { name: 'kent' } }, { id: 'kent', archetype: 'guest' }],
	])('%s is read', (_name, umwelt, observer) => {
		expect(readObserver(umwelt)).toEqual(observer);
	});

	it('an explicit null is the guest', () => {
		expect(readObserver(null)).toBe(GUEST);
		expect(GUEST).toEqual({ id: 'anonymous', archetype: 'guest' });
	});

	it.each<[string, unknown]>([
		['undefined', undefined],
		['a string', 'kent'],
		['a number', 7],
		['a boolean', true],
		['a symbol', Symbol('kent')],
		['a function', Object.assign(() => {}, { id: 'kent' })],
		['an empty object', {}],
		['an array', ['kent']],
		['a promise', Promise.resolve({ id: 'kent' })],
		['an umwelt whose dna is nameless', { state: {}, dna: { capabilities: [] } }],
		['an umwelt whose dna is null', { dna: null }],
		['an umwelt whose dna is a text', { dna: 'kent' }],
	])('%s names no observer', (_name, umwelt) => {
		expect(readObserver(umwelt)).toBeUndefined();
	});

	it('a result is frozen', () => {
		expect([GUEST, readObserver({ id: 'kent', sessionId: 's' })].map(Object.isFrozen)).toEqual([true, true]);
	});
});

describe('the order', () => {
	const all = {
		id: 'by id',
		dna: { name: 'by dna', archetype: 'of dna' },
		userId: 'by userId',
		user_id: 'by user_id',
		archetype: 'by archetype',
		tenantId: 'tenantId',
		tenant_id: 'tenant_id',
		sessionId: 'sessionId',
		session_id: 'session_id',
	};

	it.each([
		[[], 'by id'],
		[['id'], 'by dna'],
		[['id', 'dna'], 'by userId'],
		[['id', 'dna', 'userId'], 'by user_id'],
		[['id', 'dna', 'userId', 'user_id'], 'anonymous'],
	])('without %j the id is "%s"', (missing, id) => {
		const umwelt = { ...all, ...Object.fromEntries(missing.map((key) => [key, undefined])) };
		expect(readObserver(umwelt)).toEqual({
			id,
			archetype: 'by archetype',
			tenantId: 'tenantId',
			sessionId: 'sessionId',
		});
	});

	it('reads the archetype of the dna if the umwelt has none', () => {
		expect(readObserver({ ...all, archetype: undefined })).toMatchObject({ id: 'by id', archetype: 'of dna' });
	});

	it('reads snake case if there is no camel case', () => {
		expect(readObserver({ ...all, tenantId: null, sessionId: '' })).toMatchObject({
			tenantId: 'tenant_id',
			sessionId: 'session_id',
		});
	});
});

describe('reading', () => {
	it('stops when all values are known', () => {
		const { umwelt, reads } = watched({ id: 'kent', archetype: 'guest', tenantId: 't', sessionId: 's', dna: {} });
		readObserver(umwelt);
		expect(reads).toEqual(['id', 'archetype', 'tenantId', 'sessionId']);
	});

	it('reads each member once at most, and no other', () => {
		const { umwelt, reads } = watched({ gravity: 1, then: 1 });
		expect(readObserver(umwelt)).toBeUndefined();
		expect(reads).toEqual([
			...['id', 'archetype', 'dna', 'userId', 'user_id', 'tenantId', 'tenant_id', 'sessionId', 'session_id'],
		]);
	});

	it('reads of the dna only what is missing', () => {
		const { umwelt: dna, reads } = watched({ name: 'dna', archetype: 'developer' });
		expect(readObserver({ id: 'kent', dna })).toEqual({ id: 'kent', archetype: 'developer' });
		expect(reads).toEqual(['archetype']);
	});

	it('accepts getters, null prototypes and frozen objects', () => {
		class Person {
			get id() {
				return 'kent';
			}
		}
		expect(readObserver(new Person())).toEqual({ id: 'kent', archetype: 'guest' });
		expect(readObserver(Object.assign(Object.create(null), { id: 'kent' }))).toEqual({
			id: 'kent',
			archetype: 'guest',
		});
		expect(readObserver(Object.freeze({ id: 'kent' }))).toEqual({ id: 'kent', archetype: 'guest' });
	});

	it('continues after a getter that throws', () => {
		const umwelt = {
			get id(): string {
				throw new Error('no id');
			},
			dna: {
				name: 'kent',
				get archetype(): string {
					throw new Error('no archetype');
				},
			},
		};
		expect(readObserver(umwelt)).toEqual({ id: 'kent', archetype: 'guest' });
	});

	it('returns undefined for proxies whose traps throw, and for revoked ones', () => {
		const hostile = new Proxy(
			{},
			new Proxy(
				{},
				{
					get() {
						throw new Error('every trap throws');
					},
				},
			),
		);
		const { proxy, revoke } = Proxy.revocable({ id: 'kent' }, {});
		revoke();
		expect([hostile, proxy, { dna: hostile }, { dna: proxy }].map(readObserver)).toEqual([
			undefined,
			undefined,
			undefined,
			undefined,
		]);
	});
});

describe('values', () => {
	it.each<[string, unknown, string]>([
		['a text', 'kent', 'kent'],
		['a text with blanks', ' kent\n', ' kent\n'],
		['a number', 42, '42'],
		['zero', 0, '0'],
		['a bigint', 2n ** 64n, '18446744073709551616'],
		['nothing for an empty text', '', 'anonymous'],
		['nothing for NaN', Number.NaN, 'anonymous'],
		['nothing for Infinity', Number.POSITIVE_INFINITY, 'anonymous'],
		['nothing for null', null, 'anonymous'],
		['nothing for a boolean', true, 'anonymous'],
		['nothing for an object', { toString: () => 'kent' }, 'anonymous'],
		['nothing for a function', () => 'kent', 'anonymous'],
		['nothing for a symbol', Symbol('kent'), 'anonymous'],
		['nothing for a bigint of more than 256 digits', 10n ** 256n, 'anonymous'],
		['nothing for a bigint of a million bits', -(1n << 1_000_000n), 'anonymous'],
	])('an id is %s', (_name, id, read) => {
		expect(readObserver({ id, archetype: 'viewer' })).toEqual({ id: read, archetype: 'viewer' });
	});

	it.each([7, 7n, true, {}, ''])('an archetype is a text, not %p', (archetype) => {
		expect(readObserver({ id: 'kent', archetype })).toEqual({ id: 'kent', archetype: 'guest' });
	});

	it('are truncated to 256 characters', () => {
		const long = 'x'.repeat(10_000_000);
		const truncated = 'x'.repeat(256);
		expect(readObserver({ id: long, archetype: long, tenantId: long, sessionId: long })).toEqual({
			id: truncated,
			archetype: truncated,
			tenantId: truncated,
			sessionId: truncated,
		});
		expect(readObserver({ id: -(10n ** 256n - 1n) })?.id).toBe(`-${'9'.repeat(255)}`);
	});

	it('are not truncated within a surrogate pair', () => {
		expect(readObserver({ id: `${'x'.repeat(255)}😀` })?.id).toBe('x'.repeat(255));
		expect(readObserver({ id: `${'x'.repeat(254)}😀y` })?.id).toBe(`${'x'.repeat(254)}😀`);
	});

	it('are texts of 1 to 256 characters whatever the umwelt is', () => {
		fc.assert(
			fc.property(
				fc.record({ id: fc.anything(), dna: fc.anything(), archetype: fc.anything(), user_id: fc.anything() }),
				(umwelt) => {
					const observer = readObserver(umwelt) ?? GUEST;
					for (const text of Object.values(observer)) {
						expect(typeof text).toBe('string');
						expect(text.length).toBeGreaterThanOrEqual(1);
						expect(text.length).toBeLessThanOrEqual(256);
					}
				},
			),
		);
	});
});

describe('observers that are read one after the other', () => {
	it('are the same object while all members are equal, and never one with another member', () => {
		const kent = { id: 'kent', archetype: 'scholar' };
		const first = readObserver(kent);
		expect(readObserver({ ...kent })).toBe(first);
		const others = [{ id: 'ada' }, { archetype: 'poet' }, { tenantId: 'acme' }, { sessionId: 's1' }];
		for (const other of others) {
			expect(readObserver({ ...kent, ...other })).toEqual({ ...kent, ...other });
			expect(readObserver(kent)).toEqual(kent);
			expect(readObserver({ ...kent, ...other })).toEqual({ ...kent, ...other });
		}
		expect(Object.isFrozen(first)).toBe(true);
	});
});
