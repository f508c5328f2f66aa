// The question `instructions`: how many instructions does one call of a hot row take, and is that more than the
// baseline?
import { readFileSync, writeFileSync } from 'node:fs';
import { arch } from 'node:process';
import { fileURLToPath } from 'node:url';
import { debianPackages, onPath } from '../../scripts/machine.mjs';
import { countPair, ROWS, toolsHere } from '../lib/instructions.mjs';
import { circumstances, saveResult } from '../lib/report.mjs';

/** The heading of the output. */
export const title = 'How many instructions does one call of a hot row take?';

const FILE = fileURLToPath(new URL('../instructions.json', import.meta.url));

/**
 * Returns the key of a baseline. V8's code depends on its version and on the architecture, and the tools' counts differ
 * slightly.
 */
const keyOf = (tool) => `${tool}, node ${process.versions.node.split('.')[0]}, ${arch}`;

const loud = (text) => console.error(`\n!!! ${text}\n`);

/** Prints that nothing was checked, and why. Returns the exit code: 1 under CI=true, else 0. */
function unchecked(text) {
	loud(`NOT CHECKED: ${text}`);
	return process.env.CI === 'true' ? 1 : 0;
}

/** Returns a tool that works here and has a baseline, else any that works here, else undefined. */
function toolFor(baselines) {
	const tools = toolsHere();
	return tools.find((tool) => baselines[keyOf(tool)] !== undefined) ?? tools[0];
}

/**
 * Counts instructions, prints them, and compares them with bench/instructions.json.
 *
 * @param options.update - writes the counts as the baseline
 * @param options.pairs - how many pairs of processes a baseline, or the verdict REGRESSION, is based on
 * @param options.all - counts the code by hand and the bare call too, which have no baseline
 * @returns the exit code
 */
export async function ask({ update, pairs, all }) {
	const stored = JSON.parse(readFileSync(FILE, 'utf8'));
	// Valgrind is installed unless a tool that works here has a baseline: perf alone may have none.
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
				'Find the cause. If it is intended, run npm run bench -- instructions --update, and give the reason in the commit.',
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
