// Invokes a traced method many times while the backend stops and starts. Prints the memory of the application, and
// exits with 1 if it grew, if counts did not add up, if a span was lost, or if more spans arrived twice than one
// request for each outage.
//
//     npm run soak              1,000,000 invocations
//     npm run soak -- 300000    another number
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { httpBackend, messages } from '../__tests__/support/otlp-servers.ts';
import { quietPort } from './arrives/port.mjs';
import { build } from './build.mjs';
import { ROOT } from './fresh.mjs';

const INVOCATIONS = Number(process.argv[2] ?? 1_000_000);
if (!(INVOCATIONS >= 10)) throw new Error(`How many invocations? It got ${process.argv[2]}.`);

/** How often the backend is stopped. Each outage lasts for half of its part of the invocations. */
const OUTAGES = 4;

/** How much more heap and buffers may be allocated at the end than after the first tenth, in MiB: caches fill. */
const GROWTH_MIB = 24;

/** The same for the resident set, which includes memory that the allocator keeps for later use. */
const RSS_GROWTH_MIB = 128;

await build();
const folder = mkdtempSync(join(tmpdir(), 'agentese-soak-'));
const seen = new Set();
let arrived = 0;

/** Counts the span ids of a request at once, so that its body is not kept. */
const count = ({ path, body }) => {
	if (path !== '/v1/traces') return { status: 200 };
	for (const id of messages(body, 1, 2, 2, 2)) {
		arrived += 1;
		seen.add(id.readBigUInt64LE());
	}
	return { status: 200 };
};

const port = await quietPort();
let backend = await httpBackend(count, undefined, port);
// The backend keeps each request in `got`, which would fill the memory of this process.
let forget = setInterval(() => backend.got.splice(0), 100);
const env = Object.entries(process.env).filter(([name]) => !/^(OTEL_|AGENTESE_|NODE_OPTIONS|JEST_)/.test(name));
const child = spawn(
	process.execPath,
	['--expose-gc', join(ROOT, 'scripts/arrives/soaked.mjs'), String(INVOCATIONS), String(OUTAGES)],
	{
		cwd: folder,
		env: { ...Object.fromEntries(env), ENDPOINT: `http://127.0.0.1:${port}`, OUTBOX: join(folder, 'outbox') },
		stdio: ['pipe', 'pipe', 'inherit'],
	},
);

const MIB = 2 ** 20;
const mib = (bytes) => (bytes / MIB).toFixed(0);
const marks = [];
let outages = 0;
console.log('| invocations | RSS, MiB | heap, MiB | buffers, MiB | written | queued | on disk | dropped |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for await (const line of createInterface({ input: child.stdout })) {
	const message = JSON.parse(line);
	if (message.backend === 'down') {
		outages += 1;
		await backend.close();
	} else if (message.backend === 'up') {
		clearInterval(forget);
		backend = await httpBackend(count, undefined, port);
		forget = setInterval(() => backend.got.splice(0), 100);
	} else {
		const { made, rss, heapUsed, arrayBuffers, spans } = message;
		marks.push(message);
		const figures = [made, mib(rss), mib(heapUsed), mib(arrayBuffers), spans.delivered, spans.queued, spans.onDisk];
		console.log(`| ${figures.join(' | ')} | ${spans.dropped} |`);
	}
	// The application waits for this line.
	if (message.backend !== undefined) child.stdin.write('\n');
}
const code = await new Promise((resolve) =>
	child.exitCode === null ? child.on('close', resolve) : resolve(child.exitCode),
);
clearInterval(forget);
await backend.close();
rmSync(folder, { recursive: true, force: true });

const [first] = marks;
const last = marks.at(-1);
const growth = last && (last.heapUsed + last.arrayBuffers - first.heapUsed - first.arrayBuffers) / MIB;
const rssGrowth = last && (last.rss - first.rss) / MIB;
const twice = arrived - seen.size;
console.log(
	`${INVOCATIONS} invocations, ${outages} outages: ${INVOCATIONS - seen.size} lost, ${twice} came twice; ` +
		`heap and buffers grew by ${growth?.toFixed(1)} MiB between the first mark and the last, RSS by ${rssGrowth?.toFixed(1)} MiB.`,
);
const faults = [
	...(code === 0 ? [] : [`the application ended with ${code}`]),
	...(seen.size === INVOCATIONS ? [] : [`${INVOCATIONS - seen.size} spans were lost`]),
	// A request of up to 512 spans is in flight when the backend stops, and may be sent again: one for each outage.
	...(twice <= outages * 512 ? [] : [`${twice} spans came twice`]),
	...(growth < GROWTH_MIB && rssGrowth < RSS_GROWTH_MIB ? [] : ['memory grew']),
];
if (faults.length > 0) {
	console.error(`The soak failed: ${faults.join('; ')}.`);
	process.exitCode = 1;
}
