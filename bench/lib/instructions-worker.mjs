// Calls one method of a hot row, `instructions-worker.mjs <row> <side> <calls>`. lib/instructions.mjs runs it under a
// tool that counts instructions.
import { context } from '@opentelemetry/api';
import { startPreset, startSdk, unsampledParent } from './sdk.mjs';
import { bare, byHand, woven } from './sides.mjs';

const [row, sideName, calls] = process.argv.slice(2);

/** Keeps the batch processor's timer from firing, so that each batch is exported after the same number of calls. */
const batch = { scheduledDelayMillis: 1e8 };
const spans = row.startsWith('recorded') ? 1 : 0;
const start = { 'no SDK': () => undefined, 'recorded, our presets': startPreset }[row] ?? startSdk;
const sdk = await start({ traces: 'on', batch });
const side = { bare, 'by hand': byHand, 'agentese-otel': woven }[sideName]('async', 'traced', { spans, points: 0 });
const parent = unsampledParent();

/** Makes n calls, and adds up their results, so that no call is optimised away. */
async function loop(n) {
	let sum = 0;
	for (let i = 0; i < n; i++) sum = (sum + (await side.call(i))) | 0;
	return sum;
}

/** Calls between two turns of the event loop, in which the batch processor exports: its queue holds 2,048 spans. */
const SLICE = 1000;
for (let made = 0; made < Number(calls); made += SLICE) {
	if (row === 'unsampled parent') await context.with(parent, () => loop(SLICE));
	else await loop(SLICE);
	await new Promise(setImmediate);
}
await sdk?.flush();
const exported = sdk?.counted.spans.get(side.path) ?? 0;
const expected = sideName === 'bare' ? 0 : spans * Number(calls);
if (exported !== expected) throw new Error(`Made ${expected} spans, exported ${exported}.`);
process.exit(0);
