// Runs one application beside one backend that misbehaves, and counts what became of its spans.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quietPort } from '../arrives/port.mjs';
import { ROOT } from '../fresh.mjs';

/** How long a process may live after the end of its main module, in milliseconds, until it counts as hung. */
const LIVES_MS = 15_000;

/** The spans of the application, and those of them that are not counted as lost. */
const NAMES = Array.from({ length: 120 }, (_, index) => (index === 17 ? 'bad' : `span ${index}`));

/** Starts the application. `lines` resolves line by line. */
function application(kind, action, env) {
	const child = spawn(process.execPath, [join(ROOT, 'scripts/chaos/app.mjs'), kind, action], {
		cwd: tmpdir(),
		env: { PATH: process.env.PATH, OTEL_BSP_SCHEDULE_DELAY: '500', ...env },
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	let output = '';
	let errors = '';
	child.stdout.setEncoding('utf8').on('data', (text) => {
		output += text;
	});
	child.stderr.setEncoding('utf8').on('data', (text) => {
		errors += text;
	});
	child.stdin.on('error', () => undefined);
	const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
	/** Resolves to what follows a word in the output; undefined if the process ends, or the time is over. */
	const said = async (word, ms) => {
		let isOver = false;
		void ended.then(() => {
			isOver = true;
		});
		for (const end = Date.now() + ms; Date.now() < end; ) {
			const found = new RegExp(`^${word} ?(.*)$`, 'm').exec(output);
			if (found) return found[1];
			if (isOver) return undefined;
			await sleep(20);
		}
		return undefined;
	};
	return { child, ended, said, errors: () => errors };
}

/** A Collector with a persistent queue, from which it sends to a backend over HTTP. */
async function collector(binary, endpoint, folder) {
	const port = await quietPort();
	const config = {
		receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
		extensions: { file_storage: { directory: folder } },
		exporters: {
			otlphttp: {
				endpoint,
				timeout: '2s',
				compression: 'none',
				tls: { insecure: true },
				sending_queue: { storage: 'file_storage' },
				retry_on_failure: { initial_interval: '500ms', max_interval: '2s', max_elapsed_time: '0s' },
			},
		},
		service: {
			extensions: ['file_storage'],
			pipelines: { traces: { receivers: ['otlp'], exporters: ['otlphttp'] } },
			telemetry: { metrics: { level: 'none' } },
		},
	};
	writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
	const child = spawn(binary, ['--config', `file:${join(folder, 'config.json')}`], { stdio: 'ignore' });
	for (let i = 0; i < 300; i++) {
		const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`).catch(() => undefined);
		if (answer?.status === 405) break;
		await sleep(100);
	}
	return { url: `http://127.0.0.1:${port}`, child };
}

/**
 * Measures one kind of backend.
 *
 * @param sender - `ours`, `stock`, or the path of a Collector, which the stock SDK sends to
 */
export async function measure({ chaosServer }, kind, sender) {
	const folder = mkdtempSync(join(tmpdir(), 'agentese-chaos-'));
	const server = await chaosServer(kind.over, kind.bad, kind.lasts === true);
	const protocol = kind.over === 'grpc' ? 'grpc' : 'http/protobuf';
	const between = ['ours', 'stock'].includes(sender) ? undefined : await collector(sender, server.url, folder);
	const name = between === undefined ? sender : 'stock';
	const env = { ENDPOINT: between?.url ?? server.url, PROTOCOL: protocol, OUTBOX: join(folder, 'outbox') };
	const app = application(name, 'spans', env);
	await app.said('ready', 60_000);
	await sleep(5000);
	server.heal();
	app.child.stdin.write('healed\n');
	const cpu = await app.said('done', 60_000);
	// A socket that is not read does not notice that the other side has closed it. The application lives for a while.
	for (const socket of server.sockets) socket.resume();
	await sleep(300);
	const sockets = server.sockets.size;
	const alive = await Promise.race([app.ended.then(() => false), sleep(LIVES_MS, true)]);
	app.child.kill('SIGKILL');
	const { code } = await app.ended;
	if (name === 'ours') {
		const heir = application('ours', 'heir', env);
		await Promise.race([heir.ended, sleep(30_000)]);
		heir.child.kill('SIGKILL');
	}
	if (between !== undefined) {
		await sleep(8000);
		between.child.kill('SIGKILL');
	}
	const arrived = new Set(server.accepted);
	const isAside = kind.promise !== 'all arrive';
	const outcome = {
		lost: NAMES.filter((each) => !arrived.has(each) && !(isAside && each === 'bad')).length,
		twice: server.accepted.length - arrived.size,
		alive,
		sockets: between === undefined ? sockets : 0,
		cpu: Number(cpu ?? 0),
		code,
		errors: app.errors(),
	};
	await server.close();
	rmSync(folder, { recursive: true, force: true });
	return outcome;
}
