import { afterEach, describe, expect, it } from '@jest/globals';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Settlement, Settler } from '../../../lib/settling/common/settlement.js';
import { registerSettler, type Unregister } from '../../../lib/settling/settler-registry.js';
import { thrownBy, woven } from './recorder.js';

class Job {}

const undo: Unregister[] = [];
afterEach(() => {
	for (const one of undo.splice(0)) one();
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

function register(one: Settler): Unregister {
	const unregister = registerSettler(one);
	undo.push(unregister);
	return unregister;
}

describe('registerSettler()', () => {
	it('is asked about objects, the newest first, until it is taken back', () => {
		const job = new Job();
		register(settler('older'));
		const unregister = register(settler('newer'));
		expect(woven(job)).toMatchObject({ result: job, events: [['done', 'newer']] });
		unregister();
		unregister();
		expect(woven(job).events).toEqual([['done', 'older']]);
	});

	it('is asked about what a plain promise gives, and before the toolkit’s own rules', async () => {
		const asked: unknown[] = [];
		register(settler('nosy', { accepts: (value) => asked.push(value) < 0 }));
		const generator = (function* () {})();
		const subclass = new (class extends Promise<unknown> {})(() => undefined);
		const fn = () => undefined;
		const job = new Job();
		woven('text');
		woven(generator);
		woven(subclass);
		woven(fn);
		await woven(Promise.resolve(job)).result;
		expect(asked).toEqual([generator, subclass, fn, job]);
	});

	it('may answer another thing', () => {
		const settle = (_: object, settlement: Settlement) => {
			settlement.done(1);
			return 'swapped';
		};
		register(settler('swap', { settle }));
		expect(woven<unknown>(new Job()).result).toBe('swapped');
	});

	it('that throws in accepts does not know the value; that throws in settle leaves it whole; each is said once', () => {
		const said: string[] = [];
		const logger = { error() {}, info() {}, debug() {}, verbose() {}, warn: (text: string) => void said.push(text) };
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
		expect(said).toEqual([
			"agentese-otel: the settler 'bad accepts' threw in accepts(), which counts as false; let it answer true or false. Reason: broken",
			"agentese-otel: the settler 'bad settle' threw in settle(); its value was passed on as it is and counts as whole. Reason: broken",
		]);
	});

	it.each([
		[undefined, 'got undefined'],
		[null, 'got null'],
		['job', 'got string'],
		[{ accepts() {}, settle() {} }, 'its name is no string with letters'],
		[{ name: 'job', settle() {} }, "'accepts' of 'job' is undefined"],
		[{ name: 'job', accepts() {}, settle: 1 }, "'settle' of 'job' is number"],
	])('refuses %p', (wrong, fault) => {
		const error = thrownBy(() => registerSettler(wrong as never)) as Error;
		expect(error).toBeInstanceOf(TypeError);
		expect(error.message).toBe(
			`registerSettler() takes a settler { name, accepts(value), settle(value, settlement) }, but ${fault}. ` +
				'Give it all three: a string and two functions.',
		);
	});
});
