// Starts the server that its first argument names, and sends it a request from within an invocation.
import { spawn } from 'node:child_process';
import { get } from 'node:http';

const { traced } = await import(`${process.env.BUNDLE}/entry.mjs`);
const child = spawn(process.execPath, [...process.execArgv, process.argv[2]], { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.once('data', async (line) => {
	await traced(
		() => new Promise((resolve) => get(String(line).trim(), (response) => response.resume().on('end', resolve))),
		{ name: 'asked here' },
	)();
});
