// Rewrites the tables of docs/cost.md and README from the latest results: `node bench/refresh.mjs`, after `npm run bench`.
//
// A table stands between `<!-- figures: NAME -->` and `<!-- end -->`; a question without a result keeps its table, and so does
// one whose times were taken while the machine was busy. `--anyway` takes them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cell, inOrder } from './lib/report.mjs';

const RESULTS = new URL('results/', import.meta.url);
const PAGES = ['../docs/cost.md', '../README.md'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** The targets of a call, as a ratio to by hand: by scene, then row; below them what is written in place of the row. */
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

/** What `logos.invoke` may take more than a direct call, ns. */
const DISPATCH = 150;

/** The latest result of a question; undefined where there is none. A part of a question (`--scene`) is no result. */
function latest(question) {
	const files = readdirSync(RESULTS).filter((file) => file.startsWith(`${question}-`) && file.endsWith('.json'));
	const results = files.sort().map((file) => JSON.parse(readFileSync(new URL(file, RESULTS), 'utf8')));
	return results.filter(({ partial }) => !partial).at(-1);
}

const table = (rows) => {
	const line = (cells) => `| ${cells.join(' | ')} |`;
	const [head, ...body] = rows;
	return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
};

/** Bytes and instructions are the same on a busy machine. */
const TIMELESS = ['memory', 'instructions'];

/** Times mean something while there are processors left over. */
const busy = ({ load, loadAfter, machine }) => Math.max(load, loadAfter ?? 0) > 1.5 * machine.cores;

const verdict = (met) => (met === undefined ? '' : met ? 'met' : 'missed');

function where({ at, commit, dirty, machine, load, loadAfter, versions }) {
	const after = loadAfter === undefined ? '' : `, ${loadAfter.toFixed(1)} after`;
	const made = `${at.slice(0, 10)}, commit ${commit.slice(0, 12)}${dirty ? ' with changes' : ''}`;
	return `Made on ${made}, ${machine.cores} x ${machine.cpu}, Node ${versions.node}; load ${load.toFixed(1)}${after}.`;
}

/** The rows of `calls` that the toolkit has, and those of the peers. */
const CALLS = {
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
	/** README's: one row of each scene, and the least and the most of the peers there. */
	summary({ rows }) {
		const body = [
			['no SDK', 'no SDK is started'],
			['unsampled parent', 'the caller is not sampled'],
			['unsampled root', 'it is not sampled itself'],
			['recorded', "recorded, somebody else's SDK"],
			['recorded, our presets', 'recorded, our presets'],
			['traced and metered, our presets', 'traced and metered, our presets'],
		].map(([scene, what]) => {
			const sides = rows.flatMap((one) => (one.scene === scene && one.row === 'async' ? one.sides : []));
			const own = sides.find(({ name }) => name === 'agentese-otel').quietRatio;
			const peers = sides.flatMap(({ peer, quietRatio }) => (peer ? quietRatio : []));
			const span = peers.length === 0 ? '' : [Math.min(...peers), Math.max(...peers)].map((x) => `${x.toFixed(2)}x`);
			return [what, `${own.toFixed(2)}x`, span === '' ? '' : span.join(' to ')];
		});
		return table([['an async call, of what it costs by hand', 'agentese-otel', 'peers'], ...body]);
	},
};

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

function refreshed(page, name) {
	const question = name in CALLS ? 'calls' : name;
	const result = latest(question);
	if (result === undefined) {
		console.error(`${name}: no result; its table stays. Make one: npm run bench -- ${question}`);
		return page;
	}
	if (busy(result) && !TIMELESS.includes(name) && !process.argv.includes('--anyway')) {
		console.error(
			`${name}: made at a load of ${result.load.toFixed(1)}; its table stays. --anyway takes it all the same.`,
		);
		return page;
	}
	const text = `<!-- figures: ${name} -->\n${where(result)}\n\n${(QUESTIONS[name] ?? lines)(result)}\n<!-- end -->`;
	return page.replace(new RegExp(`<!-- figures: ${name} -->[^]*?<!-- end -->`), () => text);
}

for (const path of PAGES) {
	const page = readFileSync(path, 'utf8');
	const names = [...page.matchAll(/<!-- figures: (\w+) -->/g)].map(([, name]) => name);
	writeFileSync(path, names.reduce(refreshed, page));
}
