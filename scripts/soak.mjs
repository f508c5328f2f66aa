// Many invocations with a backend that is away and back, time and again: says how much memory they took, and exits with 1
// where it grew, the law of delivery did not hold, or a span was lost or came twice.
//
//     npm run soak
//     npm run soak -- 300000
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

/** How often in the run the backend goes away; each time for half of that part. */
const OUTAGES = 4;

/** What may be allocated more at the end than after the first tenth: a cache that fills, and no more. */
const GROWTH_MIB = 24;

/** The same of what the system counts, which has what the allocator keeps for later in it. */
const RSS_GROWTH_MIB = 128;

await build();
const folder = mkdtempSync(join(tmpdir(), 'agentese-soak-'));
const seen = new Set();
let arrived = 0;

/** Counts at once what it gets, and keeps nothing of it. */
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
	const told = JSON.parse(line);
	if (told.weather === 'away') {
		outages += 1;
		await backend.close();
	} else if (told.weather === 'back') {
		clearInterval(forget);
		backend = await httpBackend(count, undefined, port);
		forget = setInterval(() => backend.got.splice(0), 100);
	} else {
		const { made, rss, heapUsed, arrayBuffers, spans } = told;
		marks.push(told);
		const figures = [made, mib(rss), mib(heapUsed), mib(arrayBuffers), spans.written, spans.queued, spans.onDisk];
		console.log(`| ${figures.join(' | ')} | ${spans.dropped} |`);
	}
	if (told.weather !== undefined) child.stdin.write('\n');
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
	// At most one request each time the backend goes.
	...(twice <= outages * 512 ? [] : [`${twice} spans came twice`]),
	...(growth < GROWTH_MIB && rssGrowth < RSS_GROWTH_MIB ? [] : ['memory grew']),
];
if (faults.length > 0) {
	console.error(`The soak failed: ${faults.join('; ')}.`);
	process.exitCode = 1;
}
