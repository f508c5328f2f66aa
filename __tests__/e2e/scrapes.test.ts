import { execFile } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { readTraces } from '../../examples/garden/read.js';
import { freePort, newFolder } from './support/servers.js';
import { IMPORTS } from './support/traced-app.js';

const APP = fileURLToPath(new URL('./support/scraped.mjs', import.meta.url));

it.each([[true], [{ include: ['http'] }]])(
	'with the real http instrumentation (%p) a scrape is no span on either server, and a request to the application is',
	async (autoInstrumentation) => {
		const folder = newFolder('scrapes');
		try {
			const port = await freePort();
			const config = join(folder, 'config.json');
			const json = { directory: folder };
			writeFileSync(
				config,
				JSON.stringify({ preset: ['json', 'prometheus'], json, prometheus: { port }, autoInstrumentation }),
			);
			const env = { ...process.env, AGENTESE_CONFIG: config };
			const { stdout } = await promisify(execFile)(process.execPath, [...IMPORTS, APP, String(port)], {
				env,
			});
			expect(stdout).toBe('HTTP/1.1 200 OK\n'.repeat(2));
			const traces = join(folder, 'traces');
			const files = readdirSync(traces).filter((name) => name.endsWith('.jsonl'));
			const served = readTraces(files.map((name) => join(traces, name))).filter(({ name }) => name === 'GET');
			const targets = served.map(({ attributes }) => attributes['http.target'] ?? attributes['url.path']);
			expect(targets).toEqual(['/rose']);
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	},
);
