// Writes the latest results into the tables of docs/cost.md and README.md: `node bench/refresh.mjs`, after `npm run
// bench`.
//
// A table is between `<!-- figures: NAME -->` and `<!-- end -->`. A table stays unchanged if there is no result for it,
// or if its times were measured while the machine was busy. With `--anyway` those are written too.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cell, inOrder } from './lib/report.mjs';

const RESULTS = new URL('results/', import.meta.url);
const PAGES = ['../docs/cost.md', '../README.md'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** The targets of a call by scene and row, as a ratio to the code by hand. */
const TARGETS = {
	'no SDK': { sync: 0.15, async: 0.2 },
	'unsampled parent': { sync: 0.08, async: 0.1 },
	'unsampled root': { sync: 0.4, async: 0.4 },
	recorded: { sync: 0.6, async: 0.6, 'async generator, per item': 1 },
	'recorded, our presets': { sync: 0.4, async: 0.5, 'async generator, per item': 1 },
	metered: { sync: 0.55, async: 0.55 },
	'metered, our presets': { sync: 0.05, async: 0.05 },
	'traced and metered, our presets': { sync: 0.4, async: 0.4 },
};

/** The target of `logos.invoke`: ns more than a direct call. */
const DISPATCH = 150;

/** Returns the latest result of a question, or undefined. Results of a part of a question (`--scene`) do not count. */
function latest(question) {
	const files = readdirSync(RESULTS).filter((file) => file.startsWith(`${question}-`) && file.endsWith('.json'));
	const results = files.sort().map((file) => JSON.parse(readFileSync(new URL(file, RESULTS), 'utf8')));
	return results.filter(({ partial }) => !partial).at(-1);
}

/** Returns a Markdown table; its first row is the head. */
const table = (rows) => {
	const line = (cells) => `| ${cells.join(' | ')} |`;
	const [head, ...body] = rows;
	return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
};

/** The questions whose figures do not depend on the load of the machine: bytes and instructions. */
const TIMELESS = ['memory', 'instructions'];

/** Whether the load was too high for times, which is more than 1.5 per processor. */
const busy = ({ load, loadAfter, machine }) => Math.max(load, loadAfter ?? 0) > 1.5 * machine.cores;

const verdict = (met) => (met === undefined ? '' : met ? 'met' : 'missed');

/** Returns the sentence above a table: when, on what and under which load it was measured. */
function circumstances({ at, commit, dirty, machine, load, loadAfter, versions }) {
	const after = loadAfter === undefined ? '' : `, ${loadAfter.toFixed(1)} after`;
	const made = `${at.slice(0, 10)}, commit ${commit.slice(0, 12)}${dirty ? ' with changes' : ''}`;
	return `Made on ${made}, ${machine.cores} x ${machine.cpu}, Node ${versions.node}; load ${load.toFixed(1)}${after}.`;
}

/** The tables of the question `calls`. */
const CALLS = {
	/** docs/cost.md: the toolkit's figures, with their targets. */
	calls(result) {
		const rows = inOrder(result.rows).flatMap(({ scene, row, sides }) => {
			const hand = sides.find(({ name }) => name === 'by hand');
			return sides
				.filter(({ name, peer }) => !peer && name !== 'bare' && name !== 'by hand' && name !== 'direct call')
				.map(({ name, ratio, quietRatio, added, fault }) => {
					const dispatched = name === 'logos.invoke';
					const target = dispatched ? DISPATCH : name === 'agentese-otel' ? TARGETS[scene]?.[row] : undefined;
					const figure = dispatched ? added.median : quietRatio;
					return [
						scene,
						name === 'agentese-otel' || dispatched ? row : `${row}, ${name.split(', ')[1]}`,
						hand ? cell(hand.added?.median ?? hand.ns.median) : '',
						cell(added?.median),
						fault ? `INVALID: ${fault}` : dispatched ? `+${cell(figure)} ns` : `${figure.toFixed(2)}x`,
						ratio ? `${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)}` : '',
						target === undefined ? '' : dispatched ? `+${target} ns` : `${target}x`,
						target === undefined ? '' : verdict(figure <= target),
					];
				});
		});
		const head = ['scene', 'row', 'by hand, ns', 'agentese-otel, ns', 'quiet ratio', 'rounds', 'target', ''];
		return table([head, ...rows]);
	},
	/** docs/cost.md: the toolkit beside the peers. */
	peers(result) {
		const scenes = ['no SDK', 'unsampled parent', 'unsampled root', 'recorded'];
		const found = new Map();
		for (const { scene, row, sides } of inOrder(result.rows)) {
			if (!scenes.includes(scene)) continue;
			for (const { name, peer, less = '', quietRatio, fault } of sides) {
				if (!peer && name !== 'agentese-otel') continue;
				if (row !== 'sync' && row !== 'async') continue;
				const cells = found.get(name) ?? { less: '' };
				cells.less ||= less;
				cells[`${scene} ${row}`] = fault ? 'INVALID' : `${quietRatio.toFixed(2)}x`;
				found.set(name, cells);
			}
		}
		const pair = (cells, scene) => `${cells[`${scene} sync`] ?? '-'} / ${cells[`${scene} async`] ?? '-'}`;
		const rows = [...found].map(([name, cells]) => [name, ...scenes.map((scene) => pair(cells, scene)), cells.less]);
		return table([['sync / async', ...scenes, 'what it does less'], ...rows]);
	},
	/** README.md: the async row of each scene, with the lowest and the highest figure of the peers. */
	summary({ rows }) {
		const body = [
			['no SDK', 'no SDK is started'],
			['unsampled parent', 'the caller is not sampled'],
			['unsampled root', 'it is not sampled itself'],
			['recorded', "recorded, somebody else's SDK"],
			['recorded, our presets', 'recorded, our presets'],
			['traced and metered, our presets', 'traced and metered, our presets'],
		].map(([scene, what]) => {
			const sides = rows.flatMap((row) => (row.scene === scene && row.row === 'async' ? row.sides : []));
			const toolkit = sides.find(({ name }) => name === 'agentese-otel').quietRatio;
			const peers = sides.flatMap(({ peer, quietRatio }) => (peer ? quietRatio : []));
			const range = peers.length === 0 ? '' : [Math.min(...peers), Math.max(...peers)].map((x) => `${x.toFixed(2)}x`);
			return [what, `${toolkit.toFixed(2)}x`, range === '' ? '' : range.join(' to ')];
		});
		return table([['an async call, of what it costs by hand', 'agentese-otel', 'peers'], ...body]);
	},
};

/** Returns the table of a question that has `lines` with its own columns. */
function lines({ columns, lines }) {
	const keys = Object.keys(columns);
	const rows = lines.map((line) => [
		...keys.map((key) => cell(line[key])),
		line.fault ? `INVALID: ${line.fault}` : verdict(line.met),
	]);
	return table([[...Object.values(columns), ''], ...rows]);
}

const instructions = ({ lines }) =>
	table([['hot row, async', 'instructions per call'], ...lines.map(({ row, perCall }) => [row, perCall.toFixed(0)])]);

const QUESTIONS = { ...CALLS, instructions };

/** Returns the page with one table rewritten, or unchanged with a line on stderr. */
function refreshed(page, name) {
	const question = name in CALLS ? 'calls' : name;
	const result = latest(question);
	if (result === undefined) {
		console.error(`${name}: there is no result, so its table stays. To measure it: npm run bench -- ${question}`);
		return page;
	}
	if (busy(result) && !TIMELESS.includes(name) && !process.argv.includes('--anyway')) {
		console.error(
			`${name}: measured at a load of ${result.load.toFixed(1)}, so its table stays. --anyway writes it nevertheless.`,
		);
		return page;
	}
	const text = `<!-- figures: ${name} -->\n${circumstances(result)}\n\n${(QUESTIONS[name] ?? lines)(result)}\n<!-- end -->`;
	return page.replace(new RegExp(`<!-- figures: ${name} -->[^]*?<!-- end -->`), () => text);
}

for (const path of PAGES) {
	const page = readFileSync(path, 'utf8');
	const names = [...page.matchAll(/<!-- figures: (\w+) -->/g)].map(([, name]) => name);
	writeFileSync(path, names.reduce(refreshed, page));
}
