// Measures which spans arrive, with ours and with stock OpenTelemetry beside it, and prints a table. Exits with 1 where
// ours loses one, or sends more than one request twice.
//
//     npm run arrives
//     npm run arrives -- --outages=5,20    how long the backend is away, in seconds
//     npm run arrives -- --quick           short outages, and the stock SDK over HTTP alone
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { cases } from './arrives/cases.mjs';
import { build } from './build.mjs';
import { pool } from './run.mjs';

const PROTOCOLS = ['http/protobuf', 'grpc'];

/** One request, which may be sent twice where its answer was lost. */
const REQUEST = 512;

const { quick, outages } = parseArgs({
	options: { quick: { type: 'boolean', default: false }, outages: { type: 'string' } },
}).values;
const seconds = (outages ?? (quick ? '2' : '5,20,60')).split(',').map(Number);
if (seconds.some((one) => !(one > 0))) throw new Error(`--outages wants seconds, such as 5,20; it got ${outages}.`);

await build();
const all = cases(seconds, quick ? 'short' : 'full');
const figures = new Map();
const jobs = all.flatMap(({ name, sleeps, measure }) =>
	['ours', 'stock'].flatMap((kind) =>
		(quick && kind === 'stock' ? PROTOCOLS.slice(0, 1) : PROTOCOLS).map((protocol) => ({
			sleeps: sleeps === true,
			job: async () => {
				const figure = await measure(kind, protocol);
				figures.set(`${name} ${kind} ${protocol}`, figure);
				if (kind === 'ours' && figure.lost > 0) console.error(`${name}, ${protocol}:\n${figure.stderr}`);
			},
		})),
	),
);
const of = (sleeps) => jobs.filter((one) => one.sleeps === sleeps).map(({ job }) => job);
// An outage is waited for; the others are worked at, as many at a time as there are processors.
await Promise.all([Promise.all(of(true).map((job) => job())), pool(of(false), availableParallelism())]);

/** One number where both protocols have the same, else that of HTTP and that of gRPC. */
function cell(name, kind, what) {
	const both = PROTOCOLS.flatMap((protocol) => figures.get(`${name} ${kind} ${protocol}`)?.[what] ?? []);
	return [...new Set(both)].map((number) => number.toLocaleString('en')).join(' / ');
}

console.log('| case | stock: lost of made | ours: lost of made | ours: twice |');
console.log('| --- | --- | --- | --- |');
for (const { name } of all) {
	const lost = (kind) => `${cell(name, kind, 'lost')} of ${cell(name, kind, 'made')}`;
	console.log(`| ${name} | ${lost('stock')} | ${lost('ours')} | ${cell(name, 'ours', 'twice')} |`);
}

const faulty = [...figures].filter(([key, { lost, twice }]) => / ours /.test(key) && (lost !== 0 || twice > REQUEST));
if (faulty.length > 0) {
	console.error(`Not as docs/delivery.md promises: ${faulty.map(([key]) => key).join('; ')}.`);
	process.exitCode = 1;
}
