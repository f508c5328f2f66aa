// Measures what becomes of spans beside backends that misbehave (`__tests__/chaos/kinds.ts`): sent by this package, by
// the stock OpenTelemetry SDK, and by that SDK through a Collector with a persistent queue. Exits with 1 if this package
// loses a span, does not end, or leaves a connection open.
//
//     npm run chaos                        all kinds; about ten minutes
//     npm run chaos -- --kinds='413|401'   the kinds whose name matches
//     npm run chaos -- --no-collector      without the Collector
//     npm run chaos -- --write             writes the rows to docs/chaos.md
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build as bundle } from 'esbuild';
import { backend } from '../backends.mjs';
import { build } from '../build.mjs';
import { ROOT } from '../fresh.mjs';
import { pool } from '../run.mjs';
import { measure } from './measure.mjs';

const { values } = parseArgs({
	options: {
		kinds: { type: 'string', default: '.' },
		'no-collector': { type: 'boolean', default: false },
		write: { type: 'boolean', default: false },
		jobs: { type: 'string', default: '8' },
	},
});

await build();
const cache = join(ROOT, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'chaos-'));
await bundle({
	entryPoints: ['kinds', 'server'].map((name) => join(ROOT, `__tests__/chaos/${name}.ts`)),
	outdir: folder,
	...{ bundle: true, splitting: true, packages: 'external', platform: 'node', format: 'esm' },
	outExtension: { '.js': '.mjs' },
});
const load = (name) => import(pathToFileURL(join(folder, `${name}.mjs`)).href);
const [{ KINDS }, server] = await Promise.all([load('kinds'), load('server')]);
const binary = values['no-collector'] ? undefined : await backend('collector');
const chosen = KINDS.filter(({ name }) => new RegExp(values.kinds).test(name));

// The processes mostly wait, so many of them run at once.
const rows = await pool(
	chosen.map((kind) => async () => {
		const ours = await measure(server, kind, 'ours');
		const stock = await measure(server, kind, 'stock');
		const collector = binary && kind.over === 'http' ? await measure(server, kind, binary) : undefined;
		console.error(
			`${kind.over}, ${kind.name}: lost ${ours.lost}, stock ${stock.lost}, Collector ${collector?.lost ?? '-'}`,
		);
		return { kind, ours, stock, collector };
	}),
	Number(values.jobs),
);
rmSync(folder, { recursive: true, force: true });

const yes = (is) => (is ? 'yes' : 'no');
const table = [
	'| over | the backend, for 5 s | lost: stock, Collector, ours | twice: stock, Collector, ours | hangs: stock, ours | sockets: stock, ours | CPU in ms: stock, ours |',
	'| --- | --- | --- | --- | --- | --- | --- |',
	...rows.map(({ kind, ours, stock, collector }) =>
		[
			'',
			kind.over,
			`${kind.name}${kind.lasts ? ', always' : ''}`,
			`${stock.lost}, ${collector?.lost ?? '-'}, ${ours.lost}`,
			`${stock.twice}, ${collector?.twice ?? '-'}, ${ours.twice}`,
			`${yes(stock.alive)}, ${yes(ours.alive)}`,
			`${stock.sockets}, ${ours.sockets}`,
			`${stock.cpu}, ${ours.cpu}`,
			'',
		]
			.join(' | ')
			.trim(),
	),
].join('\n');
console.log(table);
if (values.write) {
	const page = join(ROOT, 'docs/chaos.md');
	const text = readFileSync(page, 'utf8');
	const [before] = /\| over \| the backend, for 5 s [\s\S]*?(?=\n\n|\n$)/.exec(text) ?? [''];
	/** The rows by their first two cells, those of this run last. */
	const byKind = new Map([...before.split('\n'), ...table.split('\n')].map((row) => [row.split(' | ', 2).join(), row]));
	const order = KINDS.map(({ over, name, lasts }) => `| ${over},${name}${lasts ? ', always' : ''}`);
	const ordered = order.flatMap((key) => byKind.get(key) ?? []);
	writeFileSync(page, text.replace(before, [...table.split('\n').slice(0, 2), ...ordered].join('\n')));
}

const faulty = rows.filter(
	({ kind, ours }) => ours.lost > 0 || ours.alive || ours.sockets > 0 || (ours.twice > 0 && !kind.twice),
);
for (const { kind, ours } of faulty) console.error(`${kind.over}, ${kind.name}: ${JSON.stringify(ours)}`);
process.exitCode = faulty.length > 0 ? 1 : 0;
