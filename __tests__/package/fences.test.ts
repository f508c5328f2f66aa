import { describe, expect, it } from '@jest/globals';
import { bodyOf, printsOf } from '../../scripts/fence-code.mjs';
import { faultOfCommands } from '../../scripts/fence-commands.mjs';
import { readFence, runFence } from '../../scripts/jest/fence.mjs';

/** Runs a fence as a test. Returns the message with which it fails, or undefined if it passes. */
async function failureOf(code: string, prints: string[] | null = null): Promise<string | undefined> {
	const body = new Function('it', `return async ({ expect, is, throws }) => {\n${bodyOf(code)}\n}`)();
	try {
		await runFence(body, { files: [], prints })();
	} catch (error) {
		return (error as Error).message;
	}
	return undefined;
}

describe('a fence', () => {
	it('keeps its line numbers', () => {
		const code = "import {\n\tsep,\n} from 'node:path';\nexport const a = sep; // => '/'\n\na.at(\n\t0,\n); // => '/'";
		expect(bodyOf(code).split('\n')).toHaveLength(code.split('\n').length);
	});

	it('becomes a body whose imports are awaited', () => {
		expect(bodyOf("import { a as b, type C } from 'x';")).toBe("const { a: b, } = await import('x');");
		expect(bodyOf("import d, { a } from 'x';")).toBe("const { default: d, a } = await import('x');");
		expect(bodyOf("import d from 'x';")).toBe("const { default: d, } = await import('x');");
		expect(bodyOf("import * as all from 'x';")).toBe("const all = await import('x');");
		expect(bodyOf("import 'x';")).toBe("await import('x');");
		expect(bodyOf("import type { A } from 'x';")).toBe('');
	});

	it('passes if the assertions in its comments hold', async () => {
		const code = [
			'const sum = 1 + 1; // => 2',
			'[1, 2].map((n) => n + 1); // => [2, 3]',
			"await Promise.resolve({ a: 'long' }); // => ({ a: expect.any(String) })",
			'Math.max(',
			'\t1,',
			'\t2,',
			'); // => 2',
			"JSON.parse('{'); // throws SyntaxError: Expected property name",
			"Promise.reject(new RangeError('too far')); // throws RangeError: too far",
		];
		expect(await failureOf(code.join('\n'))).toBeUndefined();
	});

	it('fails if a value differs', async () => {
		expect(await failureOf('1 + 1; // => 3')).toContain('Expected: 3');
		expect(await failureOf('const sum = 1 + 1; // => 3')).toContain('Expected: 3');
	});

	it('fails if nothing or another error is thrown', async () => {
		expect(await failureOf('1 + 1; // throws RangeError')).toBe('It was to throw RangeError, and gave 2.');
		expect(await failureOf('JSON.parse("{"); // throws RangeError')).toContain('Expected: "RangeError"');
	});

	it('fails if it prints other lines than expected, where an ellipsis matches any text', async () => {
		const code = "console.log('took 12 ms'); // prints: took … ms\nconsole.log('b');";
		expect(printsOf(code)).toEqual(['took … ms']);
		expect(await failureOf(code, ['took … ms', 'b'])).toBeUndefined();
		expect(await failureOf(code, ['took … ms'])).toContain('toEqual');
		expect(await failureOf(code, ['took … s', 'b'])).toContain('toEqual');
	});

	it('that is only parsed fails with its fault', () => {
		expect(readFence('no YAML')).toThrow('no YAML');
		expect(readFence(null)).not.toThrow();
	});
});

describe('the commands of an sh fence', () => {
	it('may be npm scripts, and node with variables', () => {
		expect(
			faultOfCommands('npm ci && npm start\nnpm run lint # fast\nA=1 node --import agentese-otel/register app.js'),
		).toBeUndefined();
	});

	it('must be scripts of package.json', () => {
		expect(faultOfCommands('npm run dance')).toBe('package.json has no script "dance".');
	});

	it('must begin with a program of the list', () => {
		expect(faultOfCommands('rm -rf .')).toContain('"rm" is none of the commands');
	});
});
