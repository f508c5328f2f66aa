import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from '../build.mjs';
import { compileFolder } from '../build-garden.mjs';
import { ROOT } from '../fresh.mjs';

/** The runs of the garden: as `npm start` runs it, and with everything that a config can add to its telemetry. */
const RUNS = [
	{},
	{
		AGENTESE_CONVENTIONS: 'genai',
		AGENTESE_CAPTURE: 'full',
		AGENTESE_SPAN_NAME: 'path',
		OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true',
	},
];

/** Builds the package and the garden if their sources changed, runs it, and returns what it wrote, as OTLP JSON. */
export async function gardenTelemetry() {
	await Promise.all([build(), compileFolder('examples/garden')]);
	return (await Promise.all(RUNS.map(runGarden))).flat();
}

/** Runs the garden in an empty folder. */
async function runGarden(variables) {
	const folder = mkdtempSync(join(tmpdir(), 'agentese-model-'));
	try {
		const inherited = Object.entries(process.env).filter(([name]) => !/^(OTEL|AGENTESE)_/.test(name));
		const env = { ...Object.fromEntries(inherited), ...variables };
		await promisify(execFile)(process.execPath, [join(ROOT, 'dist/examples/garden/main.js')], { cwd: folder, env });
		return ['traces', 'metrics'].flatMap((signal) => linesOf(join(folder, '.agentese', signal)));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The objects in the files of a folder, one on each line. */
function linesOf(folder) {
	return readdirSync(folder)
		.filter((name) => name.endsWith('.jsonl'))
		.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
		.map((line) => JSON.parse(line));
}
