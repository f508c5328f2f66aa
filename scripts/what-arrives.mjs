// Measures how many spans arrive at a backend, sent by this package and by the stock OpenTelemetry SDK, and prints a
// table. Exits with 1 if this package loses a span, or sends more than one request twice.
//
//     npm run arrives
//     npm run arrives -- --outages=5,20    the lengths of the outages, in seconds; 5, 20 and 60 by default
//     npm run arrives -- --quick           short outages, and the stock SDK over HTTP alone
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { cases } from './arrives/cases.mjs';
import { build } from './build.mjs';
import { pool } from './run.mjs';

const PROTOCOLS = ['http/protobuf', 'grpc'];

/** Spans in one request. One request may be sent twice, if its response was lost. */
const REQUEST = 512;

const { quick, outages } = parseArgs({
	options: { quick: { type: 'boolean', default: false }, outages: { type: 'string' } },
}).values;
const seconds = (outages ?? (quick ? '2' : '5,20,60')).split(',').map(Number);
if (seconds.some((length) => !(length > 0)))
	throw new Error(`--outages must be positive numbers of seconds, such as 5,20. It got ${outages}.`);

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
const jobsThat = (sleeps) => jobs.filter((candidate) => candidate.sleeps === sleeps).map(({ job }) => job);
// Outages need time and hardly any processor, so all of them run at once; of the others as many as there are
// processors.
await Promise.all([Promise.all(jobsThat(true).map((job) => job())), pool(jobsThat(false), availableParallelism())]);

/**
 * Returns a figure as the table shows it: one number if both protocols have the same, else that of HTTP / that of gRPC.
 */
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
	console.error(`Spans were lost, or more than one request was sent twice: ${faulty.map(([key]) => key).join('; ')}.`);
	process.exitCode = 1;
}
