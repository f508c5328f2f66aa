import { describe, expect, it } from '@jest/globals';
import { observerFromHeaders } from '../../../../lib/agentese/observers/observer-headers.js';

describe('observerFromHeaders()', () => {
	it.each<[string, object]>([
		['headers of the web', new Headers({ 'X-Observer-Id': 'kent', 'X-Observer-Archetype': 'developer' })],
		["Node's headers", { host: 'x', 'x-observer-id': 'kent', 'x-observer-archetype': 'developer' }],
		['headers in any case', { 'X-OBSERVER-ID': 'kent', 'X-Observer-Archetype': 'developer' }],
		['headers that came twice', { 'x-observer-id': ['', 'kent', 'eve'], 'x-observer-archetype': ['developer'] }],
		['headers that hold one named get', { get: 'x', 'x-observer-id': 'kent', 'x-observer-archetype': 'developer' }],
	])('reads %s', (_name, headers) => {
		expect(observerFromHeaders(headers)).toEqual({ id: 'kent', archetype: 'developer' });
	});

	it('uses the values of the guest for missing headers', () => {
		expect(observerFromHeaders({ 'x-observer-id': 'kent' })).toEqual({ id: 'kent', archetype: 'guest' });
		expect(observerFromHeaders({ 'x-observer-archetype': 'developer' })).toEqual({
			id: 'anonymous',
			archetype: 'developer',
		});
	});

	it.each<[string, object]>([
		['separated by commas', { 'x-observer-capabilities': 'read, write,,  prune ' }],
		['in headers that came twice', { 'x-observer-capabilities': ['read,write', 'prune'] }],
		[
			'in headers of the web',
			new Headers([...['read', 'write, prune'].map((value) => ['x-observer-capabilities', value])] as never),
		],
	])('reads capabilities %s', (_name, headers) => {
		const observer = observerFromHeaders(headers);
		expect(observer).toEqual({ id: 'anonymous', archetype: 'guest', capabilities: ['read', 'write', 'prune'] });
		expect(Object.isFrozen(observer?.capabilities)).toBe(true);
	});

	it('reads up to 64 capabilities, each truncated to 256 characters', () => {
		const many = observerFromHeaders({ 'x-observer-capabilities': Array(100_000).fill('x'.repeat(300)).join() });
		expect(many?.capabilities).toEqual(Array(64).fill('x'.repeat(256)));
	});

	it('returns a frozen observer, its id truncated to 256 characters', () => {
		const observer = observerFromHeaders({ 'x-observer-id': 'x'.repeat(1000) });
		expect(observer?.id).toBe('x'.repeat(256));
		expect(Object.isFrozen(observer)).toBe(true);
	});

	it.each<[string, unknown]>([
		['no headers', undefined],
		['null', null],
		['a text', 'x-observer-id: kent'],
		['headers without them', new Headers({ host: 'x' })],
		['an empty object', {}],
		['empty ones', { 'x-observer-id': '', 'x-observer-archetype': [] }],
		['ones that are not texts', { 'x-observer-id': 7, 'x-observer-archetype': [{}] }],
		[
			'headers that throw',
			{
				get() {
					throw new Error('no headers');
				},
			},
		],
		[
			'a proxy that throws',
			new Proxy(
				{},
				{
					has() {
						throw new Error('no headers');
					},
				},
			),
		],
	])('returns undefined for %s', (_name, headers) => {
		expect(observerFromHeaders(headers)).toBeUndefined();
	});
});
