import { spawn } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { ROOT } from '../../../scripts/fresh.mjs';

it('a stderr whose reader is gone does not end the process, and nothing listens to it afterwards', async () => {
	const child = spawn(
		process.execPath,
		[
			`${ROOT}/__tests__/support/gone-reader.mjs`,
			`file://${ROOT}/dist/esm/index.js`,
			`file://${ROOT}/dist/esm/sdk/index.js`,
		],
		{ stdio: ['ignore', 'pipe', 'pipe'] },
	);
	child.stderr.destroy();
	let output = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		output += text;
	});
	const code = await new Promise((resolve) => child.once('close', resolve));
	expect([code, output]).toEqual([0, 'alive, 0 listeners\n']);
}, 60_000);
