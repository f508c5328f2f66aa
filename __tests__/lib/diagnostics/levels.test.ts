import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bundle, runChild } from '../../support/children.js';

let built: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());

const OURS = 'the otlp preset cannot deliver to http://127.0.0.1:9';
const LEVELS = ['error', 'warn', 'info', 'debug', 'verbose'];

/** What a process says at a level: which of its own words, whether our warning, and whether OpenTelemetry's own words. */
async function said(level: string) {
	const { code, stderr } = await runChild('levels.mjs', { args: [level], env: { BUNDLE: built.url } });
	expect(code).toBe(0);
	const lines = stderr.split('\n').slice(0, -1);
	expect(lines.filter((line) => !line.startsWith('agentese-otel: '))).toEqual([]);
	return {
		words: LEVELS.filter((one) => lines.includes(`agentese-otel: OpenTelemetry says: said at ${one}`)),
		ours: lines.filter((line) => line.includes(OURS)).length,
		theirs: lines.some((line) => line.includes('@opentelemetry/api: Registered a global for trace')),
	};
}

it.concurrent.each([
	['none', { words: [], ours: 0, theirs: false }],
	['error', { words: ['error'], ours: 0, theirs: false }],
	['', { words: ['error', 'warn'], ours: 1, theirs: false }],
	['warn', { words: ['error', 'warn'], ours: 1, theirs: false }],
	['info', { words: ['error', 'warn', 'info'], ours: 1, theirs: false }],
	['debug', { words: ['error', 'warn', 'info', 'debug'], ours: 1, theirs: true }],
	['verbose', { words: LEVELS, ours: 1, theirs: true }],
])('logLevel %p decides what is said on stderr', async (level, expected) => {
	expect(await said(level)).toEqual(expected);
});
