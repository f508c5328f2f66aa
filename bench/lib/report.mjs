// Turns the figures of the scenes into a table and a file.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, spread } from './measure.mjs';
import { peersWith } from './peers.mjs';
import { home } from './toolkit.mjs';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));
const PACKAGES = ['api', 'sdk-trace', 'sdk-metrics', 'context-async-hooks'].map((name) => `@opentelemetry/${name}`);

/** Returns the circumstances of a measurement: time, commit, machine, its load, and versions. */
export function circumstances() {
	return {
		at: new Date().toISOString(),
		commit: git('rev-parse', 'HEAD') ?? 'none',
		dirty: (git('status', '--porcelain') ?? '') !== '',
		toolkit: home(),
		machine: {
			cpu: cpus()[0]?.model,
			cores: cpus().length,
			memory: totalmem(),
			system: `${platform()} ${release()}`,
		},
		load: loadavg()[0],
		versions: {
			node: process.versions.node,
			v8: process.versions.v8,
			'agentese-otel': version(join(home(), 'package.json')),
			...Object.fromEntries(PACKAGES.map((name) => [name, installed(name)])),
			...Object.fromEntries([...peersWith('calls'), ...peersWith('start')].map(({ name, version }) => [name, version])),
		},
	};
}

/** Returns the output of a git command in the measured package, or undefined if it failed. */
function git(...args) {
	try {
		return execFileSync('git', args, { cwd: home(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
	} catch {
		return undefined;
	}
}

function version(file) {
	return JSON.parse(readFileSync(file, 'utf8')).version;
}

/**
 * Returns the version of a package that bench/ imports. A package need not export its package.json, so it is read by
 * path.
 */
function installed(name) {
	for (const folder of createRequire(import.meta.url).resolve.paths(name)) {
		try {
			return version(join(folder, name, 'package.json'));
		} catch {
			// Not in this folder; perhaps in one above.
		}
	}
	return 'not installed';
}

/**
 * Combines the processes of each scene. A ratio is (side - bare) / (by hand - bare), computed within each round,
 * because in a round all sides were measured under the same load.
 */
export function summarise(runs) {
	return [...runs].flatMap(([scene, processes]) =>
		processes[0].map((row, at) => ({
			scene: row.scene ?? scene,
			row: row.name,
			sides: row.sides.map((_, index) =>
				summary(
					processes.map((rows) => rows[at]),
					index,
				),
			),
		})),
	);
}

function summary(rows, index) {
	const perRound = rows.flatMap((row) => row.sides[index].perRound);
	const { name, peer, less } = rows[0].sides[index];
	const ratios = rows.flatMap((row) =>
		against(row, index, 'by hand', (side, hand, bare) => (side - bare) / (hand - bare)),
	);
	const added = rows.flatMap((row) => against(row, index, row.over ?? 'bare', (side, base) => side - base));
	const quiet = rows.flatMap((row) =>
		against(row, index, 'by hand', (side, hand, bare) => (side - bare) / (hand - bare), 'quiet'),
	);
	return {
		name,
		...(peer && { peer, less }),
		calls: rows.reduce((sum, row) => sum + row.sides[index].calls, 0),
		quiet: median(rows.map((row) => row.sides[index].quiet)),
		ns: spread(perRound),
		...(added.length > 0 && { over: rows[0].over ?? 'bare', added: spread(added) }),
		...(ratios.length > 0 && { ratio: spread(ratios), quietRatio: median(quiet) }),
		fault: rows.map((row) => row.sides[index].fault).find((fault) => fault !== undefined),
		perRound,
	};
}

/**
 * Returns a figure per round, computed from a side, the side it is compared with and the bare side. Returns none for
 * these two sides themselves, and if the row has no side of that name.
 *
 * @param name - the side to compare with
 * @param figure - computes the figure from the ns of the three sides
 */
function against(row, index, name, figure, of = 'perRound') {
	const base = row.sides.find((side) => side.name === name);
	const bare = row.sides.find((side) => side.name === 'bare');
	const side = row.sides[index];
	if (base === undefined || side === base || side === bare) return [];
	return [side[of]].flat().map((ns, round) => figure(ns, [base[of]].flat()[round], [bare[of]].flat()[round]));
}

/** Prints the table of a result: one line for each side. */
export function printTable({ title, at, commit, dirty, machine, load, loadAfter, versions, rows }) {
	const lines = [
		[
			'scene',
			'row',
			'side',
			'ns',
			'(min - max)',
			'more than',
			'ns',
			'x by hand',
			'(min - max)',
			'quiet ns',
			'quiet x',
			'',
		],
	];
	for (const { scene, row, sides } of inOrder(rows)) {
		for (const { name, ns, over, added, ratio, quiet, quietRatio, fault, less } of sides) {
			const range = ratio && `(${ratio.min.toFixed(2)} - ${ratio.max.toFixed(2)})`;
			lines.push([
				scene,
				row,
				name,
				ns.median.toFixed(0),
				`(${ns.min.toFixed(0)} - ${ns.max.toFixed(0)})`,
				over ?? '',
				added ? added.median.toFixed(0) : '',
				ratio ? ratio.median.toFixed(2) : '',
				range ?? '',
				quiet.toFixed(0),
				quietRatio?.toFixed(2) ?? '',
				fault === undefined ? (less ? `(${less})` : '') : `INVALID: ${fault}`,
			]);
		}
		lines.push([]);
	}
	printHead({ title, at, commit, dirty, machine, load, loadAfter, versions });
	printColumns(lines, new Set([0, 1, 2, 5, 11]));
}

/**
 * Merges rows of the same scene and name. A peer's process measured the bare call and the code by hand too; only the
 * peer's side of it is added to the toolkit's row.
 */
export function inOrder(rows) {
	const merged = new Map();
	for (const { scene, row, sides } of rows) {
		const key = `${scene}\n${row}`;
		const first = merged.get(key);
		if (first === undefined) merged.set(key, { scene, row, sides: [...sides] });
		else first.sides.push(...sides.filter(({ peer }) => peer));
	}
	return [...merged.values()];
}

/** Prints the result of a question that has `lines` with its own columns in place of rows of sides. */
export function printLines({ columns, lines, ...result }) {
	const keys = Object.keys(columns);
	const cells = lines.map((line) => [
		...keys.map((key) => cell(line[key])),
		line.fault === undefined ? (line.met === undefined ? '' : line.met ? 'met' : 'MISSED') : `INVALID: ${line.fault}`,
	]);
	printHead(result);
	printColumns([[...Object.values(columns), ''], ...cells], new Set([0, keys.length]));
}

/** Returns a figure as tables show it: with three digits, and a spread as `median (min - max)`. */
export function cell(value) {
	if (value === undefined) return '';
	if (typeof value === 'object') return `${cell(value.median)} (${cell(value.min)} - ${cell(value.max)})`;
	if (typeof value !== 'number') return String(value);
	return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function printHead({ title, at, commit, dirty, machine, load, loadAfter, versions }) {
	console.log(`\n${title}`);
	console.log(`${at}, ${commit.slice(0, 12)}${dirty ? ' with changes' : ''}, ${machine.cores} x ${machine.cpu}`);
	console.log(`load ${load.toFixed(1)} before, ${loadAfter.toFixed(1)} after; ${named(versions)}\n`);
}

/** Prints lines of cells in columns. @param left - the columns that are aligned to the left */
function printColumns(lines, left) {
	const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
	const pad = (text, column) => (left.has(column) ? text.padEnd(widths[column]) : text.padStart(widths[column]));
	for (const line of lines) console.log(line.map(pad).join('  ').trimEnd());
}

function named(versions) {
	return Object.entries(versions)
		.map(([name, number]) => `${name} ${number}`)
		.join(', ');
}

/** Writes a result to bench/results/, and returns the path of the file. */
export function saveResult(result) {
	mkdirSync(RESULTS, { recursive: true });
	const file = join(RESULTS, `${result.question}-${result.at.replaceAll(':', '')}.json`);
	writeFileSync(file, `${JSON.stringify(result, undefined, '\t')}\n`);
	return file;
}
