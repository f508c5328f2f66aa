// Runs one scene of a question in this process, checks what it exported, and sends the figures to the runner. A scene
// that is no row of sides brings a `run` of its own.
import { measureRow } from './measure.mjs';

const [questionName, sceneName, effort] = process.argv.slice(2);
const { scenes } = await import(`../questions/${questionName}.mjs`);
const scene = scenes.find((one) => one.name === sceneName);
const sdk = await scene.start?.();
const rows = await (scene.run ? scene.run(JSON.parse(effort), sdk) : measured(JSON.parse(effort)));
await sdk?.shutdown();
process.send(rows, () => {
	process.disconnect();
	// What a peer started may go on; nothing of it is of use.
	process.exit();
});

async function measured(effort) {
	const rows = [];
	for (const row of await scene.rows(sdk)) {
		const sides = await measureRow(row, effort);
		rows.push({ name: row.name, scene: scene.shown, shape: row.shape, over: row.over, sides });
	}
	await sdk?.flush();
	for (const row of rows) for (const side of row.sides) side.fault = faultOf(side, row);
	return rows;
}

/**
 * A figure counts only if what was made arrived, and if it is the same as by hand: a side that loses its spans, or
 * leaves attributes out, is cheap. Undefined where all is well.
 */
function faultOf({ path, spans = 0, points = 0, calls, streams, peer }, row) {
	if (path === undefined) return undefined;
	const invocations = row.shape === 'stream' ? streams : calls;
	const { counted } = sdk ?? {};
	const differs = (what, made, got = 0) => (made === got ? undefined : `made ${made} ${what}, exported ${got}`);
	const lost =
		differs('spans', spans * invocations, counted?.spans.get(path)) ??
		differs('counts', points * invocations, counted?.counts.get(path)) ??
		differs('durations', points * invocations, counted?.records.get(path));
	if (lost !== undefined || spans === 0 || peer) return lost;
	const reference = row.sides.find((side) => side.name === 'by hand');
	const [mine, theirs] = [path, reference?.path ?? path].map((one) => counted.attributes.get(one));
	return mine === theirs ? undefined : `writes ${mine}, by hand ${theirs}`;
}
