// Runs one scene of a question in this process, checks what it exported, and sends the figures to the runner. A scene
// has `rows`, which are measured side by side, or a function `run`.
import { measureRow } from './measure.mjs';

const [questionName, sceneName, effort] = process.argv.slice(2);
const { scenes } = await import(`../questions/${questionName}.mjs`);
const scene = scenes.find(({ name }) => name === sceneName);
const sdk = await scene.start?.();
const rows = await (scene.run ? scene.run(JSON.parse(effort), sdk) : measured(JSON.parse(effort)));
await sdk?.shutdown();
process.send(rows, () => {
	process.disconnect();
	// Exits, because a peer may have started timers or connections that would keep the process running.
	process.exit();
});

/** Measures the rows of the scene. */
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
 * Returns what is wrong with a figure, or undefined. A figure is valid only if every span and point arrived, and if the
 * span has the attributes of the one by hand: losing spans, or writing fewer attributes, would be cheaper.
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
	const [keys, keysByHand] = [path, reference?.path ?? path].map((spanPath) => counted.attributes.get(spanPath));
	return keys === keysByHand ? undefined : `writes ${keys}, by hand ${keysByHand}`;
}
