// How many instructions does one call of a hot row take, and is that more than it was?
import { readFileSync, writeFileSync } from 'node:fs';
import { arch } from 'node:process';
import { fileURLToPath } from 'node:url';
import { debianPackages, onPath } from '../../scripts/machine.mjs';
import { countPair, ROWS, toolsHere } from '../lib/instructions.mjs';
import { circumstances, saveResult } from '../lib/report.mjs';

export const title = 'How many instructions does one call of a hot row take?';

const FILE = fileURLToPath(new URL('../instructions.json', import.meta.url));

/** V8 makes other code in another version and on another processor, and tools do not count quite alike. */
const keyOf = (tool) => `${tool}, node ${process.versions.node.split('.')[0]}, ${arch}`;

const loud = (text) => console.error(`\n!!! ${text}\n`);

/** What cannot be checked is said; under CI=true it is an error. */
function unchecked(text) {
	loud(`NOT CHECKED: ${text}`);
	return process.env.CI === 'true' ? 1 : 0;
}

function toolFor(baselines) {
	const tools = toolsHere();
	return tools.find((tool) => baselines[keyOf(tool)] !== undefined) ?? tools[0];
}

/**
 * Counts, prints, and compares with bench/instructions.json; answers the exit code.
 *
 * @param options.update - writes what was counted as the baseline
 * @param options.pairs - so many pairs of processes make a baseline, and are looked at before a row is called a regression
 * @param options.all - the code by hand and the bare call too, which nothing is compared with
 */
export async function ask({ update, pairs, all }) {
	const stored = JSON.parse(readFileSync(FILE, 'utf8'));
	// A baseline is of one tool: where there is perf alone, it may be that of the other.
	const known = () => toolsHere().some((tool) => stored.baselines[keyOf(tool)] !== undefined);
	await debianPackages({ valgrind: () => known() || onPath(['valgrind']) });
	const tool = toolFor(stored.baselines);
	if (tool === undefined) return unchecked('neither perf nor valgrind counts instructions here. Install valgrind.');
	const key = keyOf(tool);
	const baseline = stored.baselines[key];
	console.log(`\n${title} (${key})\n`);
	const counted = {};
	const lines = [];
	let failed = false;
	for (const row of Object.keys(ROWS)) {
		const before = baseline?.[row];
		let found;
		let verdict;
		do {
			found = await countPair(tool, row, 'agentese-otel', found);
			verdict = verdictOf(found.perCall, before, stored.tolerance);
		} while (found.pairs < (update || verdict === 'REGRESSION' ? pairs : 1));
		const { perCall } = found;
		counted[row] = Math.round(perCall);
		failed ||= verdict === 'REGRESSION';
		const change = before === undefined ? '' : `, baseline ${before}, ${percent(perCall / before - 1)}: ${verdict}`;
		console.log(`${row}: ${counted[row]}${change} (pairs of processes: ${found.pairs})`);
		lines.push({ row, perCall, before, verdict });
		for (const side of all ? ['by hand', 'bare'] : []) {
			console.log(`  ${side}: ${(await countPair(tool, row, side)).perCall.toFixed(0)}`);
		}
	}
	saveResult({ question: 'instructions', title, key, ...circumstances(), lines });
	if (update) {
		stored.baselines[key] = counted;
		writeFileSync(FILE, `${JSON.stringify(stored, undefined, '\t')}\n`);
		console.log(`\nWritten to ${FILE}.`);
		return 0;
	}
	if (baseline === undefined) {
		return unchecked(`bench/instructions.json has no baseline for "${key}": npm run bench -- instructions --update`);
	}
	if (failed) {
		loud(
			`A call takes more than ${100 * stored.tolerance} % more instructions than bench/instructions.json allows. ` +
				'Find what it does more; if it has to, npm run bench -- instructions --update, and say why in the commit.',
		);
	}
	return failed ? 1 : 0;
}

const percent = (part) => `${(100 * part).toFixed(1)} %`;

function verdictOf(perCall, before, tolerance) {
	if (before === undefined) return '';
	if (perCall > before * (1 + tolerance)) return 'REGRESSION';
	if (perCall < before * (1 - tolerance)) return 'better; update the baseline: npm run bench -- instructions --update';
	return 'as it was';
}
