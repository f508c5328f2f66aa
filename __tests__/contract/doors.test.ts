import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
	Aspect,
	createDecorator,
	createLogos,
	Metered,
	PathNotFoundError,
	PathSyntaxError,
	Resolver,
	Traced,
} from '../../index.js';
import { dropSdk, failureOf, startSdk } from './harness.js';

beforeEach(() => startSdk());
afterEach(() => dropSdk());

const calls: string[] = [];
const Audited = createDecorator({ name: 'Audited', advice: () => ({}) });

class Base {
	inherited(): void {
		calls.push('inherited');
	}
	@Traced({ aspect: false })
	unpublished(): void {
		calls.push('unpublished');
	}
}

@Traced
@Metered
@Resolver('self.soul')
class Soul extends Base {
	secret = 'secret';
	helper(): void {
		calls.push('helper');
	}
	watched(): void {
		calls.push('watched');
	}
	@Audited
	audited(): void {
		calls.push('audited');
	}
	@Traced
	get mood(): string {
		calls.push('mood');
		return 'calm';
	}
	@Aspect('hidden_name')
	named(): string {
		return 'named';
	}
	@Traced
	traced(): string {
		return 'traced';
	}
	@Metered
	metered(): string {
		return 'metered';
	}
	@Metered
	static make(): void {
		calls.push('static');
	}
}

const logos = createLogos([new Soul()]);

describe('a path', () => {
	it('reaches what was published by name, and nothing else', () => {
		expect([...logos.paths].sort()).toEqual(
			['affordances', 'hidden_name', 'metered', 'traced'].map((aspect) => `self.soul.${aspect}`),
		);
	});

	it.each([
		'constructor',
		'helper',
		'watched',
		'audited',
		'mood',
		'named',
		'secret',
		'inherited',
		'unpublished',
		'make',
		'toString',
		'to_string',
		'has_own_property',
		'valueOf',
		'prototype',
	])('cannot reach %s', async (aspect) => {
		const failed = await failureOf(() => logos.invoke(`self.soul.${aspect}`));
		expect(failed?.thrown).toBeInstanceOf(/[A-Z]/.test(aspect) ? PathSyntaxError : PathNotFoundError);
		expect(calls).toEqual([]);
	});

	it.each(['__proto__', 'hasOwnProperty', '__defineGetter__', '#secret', '_helper'])(
		'cannot even name %s',
		async (aspect) => {
			const failed = await failureOf(() => logos.invoke(`self.soul.${aspect}`));
			expect(failed?.thrown).toBeInstanceOf(PathSyntaxError);
		},
	);

	it.each([
		'self.__proto__.traced',
		'self.constructor.traced',
		'__proto__.soul.traced',
		'self.soul.constructor.constructor',
	])('cannot go through %s', async (path) => {
		expect((await failureOf(() => logos.invoke(path)))?.thrown).toBeInstanceOf(Error);
		expect(calls).toEqual([]);
	});

	it('reaches what the observer is afforded', async () => {
		expect(
			await Promise.all(['traced', 'metered', 'hidden_name'].map((aspect) => logos.invoke(`self.soul.${aspect}`))),
		).toEqual(['traced', 'metered', 'named']);
	});
});

describe('what a polluted prototype holds', () => {
	it('makes nothing reachable', async () => {
		const polluted = Object.prototype as unknown as Record<string, unknown>;
		polluted['polluted'] = () => calls.push('polluted');
		try {
			expect((await failureOf(() => logos.invoke('self.soul.polluted')))?.thrown).toBeInstanceOf(PathNotFoundError);
			expect((await failureOf(() => logos.invoke('self.polluted.traced')))?.thrown).toBeInstanceOf(PathNotFoundError);
			expect(calls).toEqual([]);
		} finally {
			delete polluted['polluted'];
		}
	});
});
