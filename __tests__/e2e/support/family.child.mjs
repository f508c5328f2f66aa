// An application with a family, each member with telemetry of its own in one outbox: two workers of a cluster, a forked
// process and a worker thread. A message says with `to` whom it is for.
import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

// Only this process is asked to forward; the others answer for themselves.
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
// A worker of a cluster loses what it is told before it listens.
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
		const gone = new Promise((resolve) => member.on.on('exit', resolve));
		await member.kill();
		await gone;
		process.send(await answer({ ...message, deed: 'stats' }));
	} else member.send(message);
});
