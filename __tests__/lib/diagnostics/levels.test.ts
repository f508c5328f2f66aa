import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bundle, runChild } from '../../support/children.js';

let built: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());

const WARNING = 'the otlp preset cannot deliver to http://127.0.0.1:9';
const LEVELS = ['error', 'warn', 'info', 'debug', 'verbose'];

/** What a process writes at a level: its own messages, the toolkit's warning, and OpenTelemetry's message. */
async function linesAt(level: string) {
	const { code, stderr } = await runChild('levels.mjs', { args: [level], env: { BUNDLE: built.url } });
	expect(code).toBe(0);
	const lines = stderr.split('\n').slice(0, -1);
	expect(lines.filter((line) => !line.startsWith('agentese-otel: '))).toEqual([]);
	return {
		messages: LEVELS.filter((name) => lines.includes(`agentese-otel: OpenTelemetry reported: logged at ${name}`)),
		toolkit: lines.filter((line) => line.includes(WARNING)).length,
		openTelemetry: lines.some((line) => line.includes('@opentelemetry/api: Registered a global for trace')),
	};
}

it.concurrent.each([
	['none', { messages: [], toolkit: 0, openTelemetry: false }],
	['error', { messages: ['error'], toolkit: 0, openTelemetry: false }],
	['', { messages: ['error', 'warn'], toolkit: 1, openTelemetry: false }],
	['warn', { messages: ['error', 'warn'], toolkit: 1, openTelemetry: false }],
	['info', { messages: ['error', 'warn', 'info'], toolkit: 1, openTelemetry: false }],
	['debug', { messages: ['error', 'warn', 'info', 'debug'], toolkit: 1, openTelemetry: true }],
	['verbose', { messages: LEVELS, toolkit: 1, openTelemetry: true }],
])('logLevel %p decides what is written to stderr', async (level, expected) => {
	expect(await linesAt(level)).toEqual(expected);
});
