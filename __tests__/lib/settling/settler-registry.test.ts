import { afterEach, describe, expect, it } from '@jest/globals';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Settlement, Settler } from '../../../lib/settling/common/settlement.js';
import { registerSettler, type Unregister } from '../../../lib/settling/settler-registry.js';
import { thrownBy, woven } from './recorder.js';

class Job {}

const undo: Unregister[] = [];
afterEach(() => {
	for (const unregister of undo.splice(0)) unregister();
});

function settler(name: string, parts: Partial<Settler> = {}): Settler {
	return {
		name,
		accepts: (value) => value instanceof Job,
		settle(value, settlement) {
			settlement.done(name);
			return value;
		},
		...parts,
	};
}

function register(added: Settler): Unregister {
	const unregister = registerSettler(added);
	undo.push(unregister);
	return unregister;
}

describe('registerSettler()', () => {
	it('tries the newest settler first, until it is removed', () => {
		const job = new Job();
		register(settler('older'));
		const unregister = register(settler('newer'));
		expect(woven(job)).toMatchObject({ result: job, events: [['done', 'newer']] });
		unregister();
		unregister();
		expect(woven(job).events).toEqual([['done', 'older']]);
	});

	it('tries settlers with the value of a plain promise, and before the rules of the toolkit', async () => {
		const offered: unknown[] = [];
		register(settler('recording', { accepts: (value) => offered.push(value) < 0 }));
		const generator = (function* () {})();
		const subclass = new (class extends Promise<unknown> {})(() => undefined);
		const fn = () => undefined;
		const job = new Job();
		woven('text');
		woven(generator);
		woven(subclass);
		woven(fn);
		await woven(Promise.resolve(job)).result;
		expect(offered).toEqual([generator, subclass, fn, job]);
	});

	it('accepts a settler that returns another value', () => {
		const settle = (_: object, settlement: Settlement) => {
			settlement.done(1);
			return 'swapped';
		};
		register(settler('swap', { settle }));
		expect(woven<unknown>(new Job()).result).toBe('swapped');
	});

	it('skips a settler that throws in accepts, completes the result if one throws in settle, and logs both once', () => {
		const warnings: string[] = [];
		const logger = {
			error() {},
			info() {},
			debug() {},
			verbose() {},
			warn: (text: string) => void warnings.push(text),
		};
		diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
		const fail = () => {
			throw new Error('broken');
		};
		const job = new Job();
		register(settler('bad settle', { settle: fail }));
		register(settler('bad accepts', { accepts: fail }));
		for (let i = 0; i < 2; i++) {
			const { result, events } = woven(job);
			expect(result).toBe(job);
			expect(events).toEqual([['done', job]]);
		}
		diag.disable();
		expect(warnings).toEqual([
			"agentese-otel: the settler 'bad accepts' threw in accepts(), which counts as false. Let it return true or false. Reason: broken",
			"agentese-otel: the settler 'bad settle' threw in settle(); its value was returned unchanged, and counts as complete. Reason: broken",
		]);
	});

	it.each([
		[undefined, 'got undefined'],
		[null, 'got null'],
		['job', 'got string'],
		[{ accepts() {}, settle() {} }, 'its name is not a string, or is empty'],
		[{ name: 'job', settle() {} }, "'accepts' of 'job' is undefined"],
		[{ name: 'job', accepts() {}, settle: 1 }, "'settle' of 'job' is number"],
	])('refuses %p', (wrong, fault) => {
		const error = thrownBy(() => registerSettler(wrong as never)) as Error;
		expect(error).toBeInstanceOf(TypeError);
		expect(error.message).toBe(
			`registerSettler() accepts a settler { name, accepts(value), settle(value, settlement) }, but ${fault}. ` +
				'Pass all three: a string and two functions.',
		);
	});
});
