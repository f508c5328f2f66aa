// An application with several members, each with its own telemetry in one outbox: two workers of a cluster, a forked
// process and a worker thread. `to` in a message names the member that executes it.
import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

// Only this process forwards messages; the others respond themselves.
process.env.FAMILY = 'yes';
const { answer } = await import('./application.child.mjs');
delete process.env.FAMILY;

const file = fileURLToPath(new URL('./application.child.mjs', import.meta.url));
cluster.setupPrimary({ exec: file, execArgv: [] });
const thread = new Worker(file);
const [one, other] = [cluster.fork(), cluster.fork()];
const forked = fork(file, [], { execArgv: [] });
const members = {
	thread: { send: (message) => thread.postMessage(message), kill: () => thread.terminate(), on: thread },
	'cluster 1': { send: (message) => one.send(message), kill: () => one.process.kill('SIGKILL'), on: one },
	'cluster 2': { send: (message) => other.send(message), kill: () => other.process.kill('SIGKILL'), on: other },
	fork: { send: (message) => forked.send(message), kill: () => forked.kill('SIGKILL'), on: forked },
};
// A worker of a cluster loses messages that are sent before it listens.
const ready = Object.values(members).map(({ on }) => new Promise((resolve) => on.once('message', resolve)));
await Promise.all(ready);
for (const { on } of Object.values(members)) on.on('message', (message) => process.send(message));

process.on('message', async ({ to, ...message }) => {
	const member = members[to];
	if (member === undefined) {
		const answered = await answer(message);
		process.send(answered, () => {
			if (message.deed === 'end') process.disconnect();
		});
	} else if (message.deed === 'kill') {
		const exited = new Promise((resolve) => member.on.on('exit', resolve));
		await member.kill();
		await exited;
		process.send(await answer({ ...message, deed: 'stats' }));
	} else member.send(message);
});
