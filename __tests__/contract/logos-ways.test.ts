import { describe, expect, it } from '@jest/globals';
import { Aspect, createLogos, currentInvocation, Resolver, Traced } from '../../index.js';
import { failureOf, messageOf, startSdk, stopSdk, timeline } from './harness.js';

@Resolver('world.town.:citizen')
class Town {
	@Aspect
	@Traced()
	async manifest(): Promise<unknown> {
		const { path, alias, params } = currentInvocation() ?? {};
		return [path, alias, params?.['citizen']];
	}

	@Aspect
	@Traced()
	now(): string {
		return 'at once';
	}

	@Aspect
	@Traced()
	fail(): never {
		throw new TypeError('no ink');
	}
}

const logos = createLogos([new Town()], { aliases: { t: 'world.town' } });

describe('a path that was invoked before', () => {
	it('leads to the same method with its own parameters, in every spelling, whatever was invoked since', async () => {
		const paths = Array.from({ length: 1200 }, (_, i) => `world.town.c${i}.manifest`);
		for (const times of [1, 2]) {
			const seen = await Promise.all(paths.map((path) => logos.invoke(path)));
			expect([times, seen]).toEqual([times, paths.map((path, i) => [path, undefined, `c${i}`])]);
		}
		for (let i = 0; i < 2; i++) {
			expect(await logos.invoke('t.ada.manifest')).toEqual(['world.town.ada.manifest', 't.ada.manifest', 'ada']);
			expect(await logos.invoke('world.town.ada.manifest')).toEqual(['world.town.ada.manifest', undefined, 'ada']);
		}
	});

	it('is traced by the current SDK', async () => {
		await logos.invoke('world.town.ada.manifest');
		startSdk();
		await logos.invoke('world.town.ada.manifest');
		expect((await timeline()).map(({ attributes }) => attributes['agentese.path'])).toEqual([
			'world.town.ada.manifest',
		]);
		stopSdk();
		await logos.invoke('world.town.ada.manifest');
		startSdk();
		await logos.invoke('world.town.ada.manifest');
		expect((await timeline()).length).toBe(1);
		stopSdk();
	});

	it('fails again if no resolver answers it', async () => {
		for (let i = 0; i < 2; i++) {
			expect(messageOf(await failureOf(() => logos.invoke('world.town.ada.sing')))).toContain('world.town.ada.sing');
		}
	});
});

describe('what invoke returns', () => {
	it('is a promise, whatever the method returns or throws', async () => {
		const answers = [logos.invoke('world.town.ada.now'), logos.invoke('world.town.ada.manifest')];
		expect(answers.map((answer) => Object.getPrototypeOf(answer) === Promise.prototype)).toEqual([true, true]);
		expect(await answers[0]).toBe('at once');
		let failing: Promise<unknown> | undefined;
		expect(() => {
			failing = logos.invoke('world.town.ada.fail');
		}).not.toThrow();
		await expect(failing).rejects.toThrow('no ink');
	});
});
