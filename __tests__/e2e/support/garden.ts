import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type PointRead, readMetrics, readTraces, type SpanRead } from '../../../examples/garden/read.js';

const CHILD = fileURLToPath(new URL('./garden.child.mjs', import.meta.url));

/** A garden that runs in a process of its own, with the record of what it made. */
export interface GardenRun {
	/** What it made, by the files of its json preset. */
	readonly spans: readonly SpanRead[];
	readonly files: readonly string[];
	/** Lets it end, and answers the metrics of its last collection, and what it wrote to stderr. */
	end(): Promise<{ points: readonly PointRead[]; stderr: string }>;
}

/** Spends days in the garden with this config; the json preset keeps the record, where the config names it. */
export async function runGarden(config: object | undefined, days = 1, how: SpawnOptions = {}): Promise<GardenRun> {
	const args = [CHILD, JSON.stringify({ config, days })];
	const child = spawn(process.execPath, args, { ...how, stdio: 'pipe' });
	let stderr = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	const closed = once(child, 'close');
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const { value } = await lines.next();
	if (typeof value !== 'string') throw new Error(`the garden did not run:\n${stderr}`);
	const { files } = JSON.parse(value) as { files: string[] };
	return {
		files,
		spans: readTraces(files.filter((file) => file.includes('/traces/'))),
		async end() {
			child.stdin.end();
			const [code] = await closed;
			if (code !== 0) throw new Error(`the garden ended with ${code}:\n${stderr}`);
			return { points: readMetrics(files.filter((file) => file.includes('/metrics/'))), stderr };
		},
	};
}
