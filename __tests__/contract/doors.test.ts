import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDecorator } from '../../extend.js';
import {
	AffordanceError,
	Aspect,
	createLogos,
	Metered,
	PathNotFoundError,
	PathSyntaxError,
	Resolver,
	Traced,
} from '../../index.js';
import { dropSdk, failureOf, loggedMessages, startSdk } from './harness.js';

beforeEach(() => startSdk());
afterEach(() => dropSdk());

const calls: string[] = [];
const Audited = createDecorator({ name: 'Audited', advice: () => ({}) });

class Base {
	inherited(): void {
		calls.push('inherited');
	}
	@Aspect
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
	@Aspect
	@Traced
	traced(): string {
		return 'traced';
	}
	@Traced({ name: 'purge' })
	@Metered
	purge(): void {
		calls.push('purge');
	}
	@Aspect
	@Metered
	metered(): string {
		return 'metered';
	}
	@Aspect
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
		'purge',
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
		'hasOwnProperty',
		'prototype',
	])('cannot reach %s', async (aspect) => {
		const failed = await failureOf(() => logos.invoke(`self.soul.${aspect}`));
		expect(failed?.thrown).toBeInstanceOf(PathNotFoundError);
		expect(calls).toEqual([]);
	});

	it.each(['__proto__', '__defineGetter__', '#secret', '_helper'])('cannot even name %s', async (aspect) => {
		const failed = await failureOf(() => logos.invoke(`self.soul.${aspect}`));
		expect(failed?.thrown).toBeInstanceOf(PathSyntaxError);
	});

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

describe('an override of an aspect that is afforded to some', () => {
	class Gate {
		@Aspect({ affordedTo: ['scholar'] })
		open(): string {
			return 'open';
		}
	}
	@Resolver('world.gate')
	class Iron extends Gate {
		@Traced
		override open(): string {
			return 'open, iron';
		}
	}

	it('is afforded to the same', async () => {
		const gate = createLogos([new Iron()]);
		const scholar = { id: 'kent', archetype: 'scholar' };
		expect(await gate.invoke('world.gate.open', scholar)).toBe('open, iron');
		expect((await failureOf(() => gate.invoke('world.gate.open')))?.thrown).toBeInstanceOf(AffordanceError);
		const asks = [scholar, null].map((umwelt) => gate.invoke('world.gate.affordances', umwelt));
		expect(await Promise.all(asks)).toEqual([['affordances', 'open'], ['affordances']]);
	});
});

describe('a resolver that publishes nothing', () => {
	it('is logged once, with the way out', () => {
		@Resolver('world.silent')
		class Silent {
			@Traced
			purge(): void {}
		}
		@Resolver('world.empty')
		class Empty {}
		for (let i = 0; i < 2; i++) createLogos([new Silent(), new Empty()]);
		expect(loggedMessages()).toEqual([
			'agentese-otel: createLogos was given Silent, which publishes no aspect: no path reaches purge or another of its ' +
				"methods. Put @Aspect on those that a path may reach, or @Resolver(handle, { publish: 'annotated' }) on the class.",
		]);
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
