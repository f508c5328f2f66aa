import { expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import * as extend from '../extend.js';
import * as main from '../index.js';
import * as presets from '../sdk/index.js';

// Every public function with arguments that its types refuse: a caller without types gets a message of this package,
// which names what it got, and never the engine's own ("Cannot read properties of undefined").

/** What an engine writes about a value that no check has met. */
const OF_THE_ENGINE =
	/Cannot (?:read|set|convert|destructure|use)|is not (?:a function|iterable|an object|a constructor)|undefined \(/;

const WRONG: readonly unknown[] = [undefined, null, 7, 'text', true, [], {}, Symbol('s'), () => 1, class {}];
const SECOND: readonly unknown[] = [undefined, null, 7, 'text', () => 1, {}];

/** Starts and stops an SDK: a wrong config is a subject of `config/wrong-configs.test.ts`. */
const STARTS = ['startTelemetry', 'nodeSdkConfiguration'];

const functions = Object.entries({ ...main, ...extend, ...presets }).flatMap(([name, value]) => {
	const isClass = typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
	return typeof value === 'function' && !isClass && !STARTS.includes(name)
		? [[name, value as (...args: unknown[]) => unknown] as const]
		: [];
});

it('knows the functions of all entries', () => {
	const names = functions.map(([name]) => name);
	expect(names).toEqual(expect.arrayContaining(['Traced', 'createLogos', 'createDecorator', 'loadConfig']));
});

it.each(functions)('%s refuses or accepts each wrong argument in words of its own', async (_, call) => {
	diag.disable();
	const wrong: string[] = [];
	for (const first of WRONG) {
		for (const second of SECOND) {
			try {
				await settled(call(first, second));
			} catch (error) {
				const { message } = error as Error;
				if (OF_THE_ENGINE.test(message)) wrong.push(`(${String(first)}, ${String(second)}): ${message}`);
			}
		}
	}
	expect(wrong).toEqual([]);
});

/** Waits for a promise, but not for one that never settles. */
async function settled(result: unknown): Promise<void> {
	if (!(result instanceof Promise)) return;
	await Promise.race([result, new Promise((resolve) => void setImmediate(() => setImmediate(resolve)))]);
	result.catch(() => undefined);
}
