import { describe, expect, it } from '@jest/globals';
import { observerFromHeaders } from '../../../lib/observers/headers.js';

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

	it('takes the guest for what is not said', () => {
		expect(observerFromHeaders({ 'x-observer-id': 'kent' })).toEqual({ id: 'kent', archetype: 'guest' });
		expect(observerFromHeaders({ 'x-observer-archetype': 'developer' })).toEqual({
			id: 'anonymous',
			archetype: 'developer',
		});
	});

	it('answers what cannot be changed, cut at 256 characters', () => {
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
		['ones that are no text', { 'x-observer-id': 7, 'x-observer-archetype': [{}] }],
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
	])('answers undefined for %s', (_name, headers) => {
		expect(observerFromHeaders(headers)).toBeUndefined();
	});
});
