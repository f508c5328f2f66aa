import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = process.cwd();

/** Runs a script of child/, compiled in this project's decorator standard. */
function child(name: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
	const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
	const script = join(ROOT, '__tests__/contract/child', name);
	const project = join(ROOT, `tsconfig.${DECORATORS}.json`);
	return new Promise((resolve) => {
		execFile(process.execPath, [tsx, '--tsconfig', project, script, ...args], { cwd: ROOT }, (error, stdout, stderr) =>
			resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
		);
	});
}

/** What Node reports for a bare function: this checks the scenarios themselves. */
const BARE: Record<string, string[]> = {
	'a promise that nobody handles': ['unhandled: boom'],
	'an async function that nobody handles': ['unhandled: boom'],
	'a promise that is handled at once': [],
	'a promise that is handled late': ['unhandled: boom', 'handled late'],
	'a promise whose finally nobody handles': ['unhandled: boom'],
	'a subclass that nobody handles': ['unhandled: boom'],
	'a subclass that is handled at once': [],
	'a subclass that is handled late': ['unhandled: boom', 'handled late'],
	'a promise with members that nobody handles': ['unhandled: boom'],
	'a promise with members that Promise.all handles': [],
	'the step of an async generator that nobody handles': ['unhandled: boom'],
	'an error of a Node stream that nobody listens to': ['uncaught: boom'],
	'an error of a Node stream that is listened to': [],
};

describe('what Node reports', () => {
	let reported: Record<string, Record<string, string[]>>;
	beforeAll(async () => {
		const { stdout, stderr } = await child('rejections.ts');
		expect(stderr).toBe('');
		reported = JSON.parse(stdout);
	});

	it.each(Object.keys(BARE))('of %s is the same for every form', (scenario) => {
		const forms = ['bare', '@Traced', '@Metered', 'traced(fn)', 'metered(fn)', 'traceInvocation', 'logos.invoke'];
		expect(reported[scenario]).toEqual(Object.fromEntries(forms.map((form) => [form, BARE[scenario]])));
	});
});

describe('a process whose stream fails while nobody listens', () => {
	it('crashes as it does without the toolkit', async () => {
		const [bare, woven] = await Promise.all([child('crash.ts', 'bare'), child('crash.ts', 'woven')]);
		const facts = ({ code, stdout, stderr }: typeof bare) => [code, stdout, /^Error: nobody listens/m.test(stderr)];
		expect(facts(bare)).toEqual([1, '', true]);
		expect(facts(woven)).toEqual([1, '', true]);
	});
});
