import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type PointRead, readMetrics, readTraces, type SpanRead } from '../../../examples/garden/read.js';

const CHILD = fileURLToPath(new URL('./garden.child.mjs', import.meta.url));

/** A garden in a separate process, with the telemetry that it made. */
export interface GardenRun {
	/** The spans in the files of its json preset. */
	readonly spans: readonly SpanRead[];
	readonly files: readonly string[];
	/** Ends it, and returns the metrics of its last collection and the content of its stderr. */
	end(): Promise<{ points: readonly PointRead[]; stderr: string }>;
}

/** Runs the garden for some days with the config. Its telemetry can be read if the config names the preset json. */
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
