import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Metered, Resolver, Traced } from '../../index.js';
import { type AnyFunction, onFunction, WOVEN_BY, withSdk } from './each.js';
import { span } from './expected.js';
import { timeline } from './harness.js';

/** Like NestJS's `SetMetadata`. */
const Roles = (role: string) => onFunction((fn) => Reflect.defineMetadata('roles', [role], fn));

const nothing = () => {};

describe.each(WOVEN_BY)('other libraries’ metadata beside %s', (_, Woven) => {
	it('is there when it was set below', () => {
		class Soul {
			@Woven
			@Roles('admin')
			ask(): void {}
		}
		expect(Reflect.getOwnMetadata('roles', Soul.prototype.ask)).toEqual(['admin']);
	});

	it('is there when it is set above', () => {
		class Soul {
			@Roles('admin')
			@Woven
			ask(): void {}
		}
		expect(Reflect.getOwnMetadata('roles', Soul.prototype.ask)).toEqual(['admin']);
	});

	it('is there when it is set on both sides of the toolkit’s', () => {
		class Soul {
			@Roles('outer')
			@Woven
			@onFunction((fn) => Reflect.defineMetadata('guard', 'inner', fn))
			@Woven
			ask(): void {}
		}
		const { ask } = Soul.prototype;
		expect([Reflect.getMetadata('roles', ask), Reflect.getMetadata('guard', ask)]).toEqual([['outer'], 'inner']);
	});

	it('is there when it is set later on the bare function', () => {
		let bare: AnyFunction = nothing;
		class Soul {
			@Woven
			@onFunction((fn) => {
				bare = fn;
			})
			ask(): void {}
		}
		Reflect.defineMetadata('roles', ['late'], bare);
		(bare as unknown as Record<string, unknown>)['late'] = true;
		const { ask } = Soul.prototype;
		expect([Reflect.getMetadata('roles', ask), (ask as unknown as Record<string, unknown>)['late']]).toEqual([
			['late'],
			true,
		]);
	});

	it('is there when it is set later on the method', () => {
		class Soul {
			@Woven
			ask(): void {}
		}
		Reflect.defineMetadata('roles', ['later'], Soul.prototype.ask);
		Reflect.defineMetadata('roles', ['member'], Soul.prototype, 'ask');
		expect([
			Reflect.getMetadata('roles', Soul.prototype.ask),
			Reflect.getMetadata('roles', Soul.prototype, 'ask'),
		]).toEqual([['later'], ['member']]);
	});
});

describe('other libraries’ metadata on a class', () => {
	const Module = (name: string) => (cls: object, _context?: unknown) => Reflect.defineMetadata('module', name, cls);

	it('is there above and below the toolkit’s', () => {
		@Module('above')
		@Resolver('self.soul')
		@Traced
		@Metered()
		@((cls: object, _context?: unknown) => Reflect.defineMetadata('scope', 'below', cls))
		class Soul {
			ask(): void {}
		}
		expect([Reflect.getMetadata('module', Soul), Reflect.getMetadata('scope', Soul)]).toEqual(['above', 'below']);
		expect([Soul.name, new Soul()]).toEqual(['Soul', expect.any(Soul)]);
	});

	it('is not mixed with the toolkit’s: no key of the toolkit is on the function', () => {
		class Soul {
			@Traced
			@Metered
			ask(): void {}
		}
		expect(Reflect.getMetadataKeys(Soul.prototype.ask).filter((key) => !String(key).startsWith('design:'))).toEqual([]);
	});
});

describe('a foreign decorator', () => {
	withSdk();

	it('that only reads the method leaves one span', async () => {
		class Soul {
			@Traced
			@Roles('admin')
			@Metered
			ask(): string {
				return 'asked';
			}
		}
		expect(new Soul().ask()).toBe('asked');
		expect(await timeline()).toEqual([span('Soul.ask', { 'code.function.name': 'Soul.ask' })]);
	});
});
