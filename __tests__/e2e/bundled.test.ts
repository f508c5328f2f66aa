import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BuildOptions, build } from 'esbuild';
import { runTraced, tree } from './support/traced-app.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const APP = `
import { createServer, get } from 'node:http';
import { Aspect, createLogos, Resolver, Traced } from 'agentese-otel';
import pino from 'pino';

const log = pino();

@Resolver('self.soul')
class Soul {
	@Aspect
	@Aspect() @Traced() challenge(port: number) {
		log.info('challenged');
		return new Promise((resolve) => get({ port, host: '127.0.0.1' }, (answer) => answer.resume().on('end', resolve)));
	}
}

const server = createServer((_request, response) => response.end());
server.listen(0, '127.0.0.1', async () => {
	await createLogos([new Soul()]).invoke('self.soul.challenge', server.address().port);
	server.close();
	server.closeAllConnections();
});
`;

let folder: string;
beforeEach(() => {
	const cache = join(ROOT, '.cache');
	mkdirSync(cache, { recursive: true });
	folder = mkdtempSync(join(cache, 'bundled-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function runBundled(options: BuildOptions) {
	const outfile = join(folder, 'app.cjs');
	const stdin = { contents: APP, resolveDir: ROOT, loader: 'ts' } as const;
	await build({ stdin, outfile, bundle: true, platform: 'node', format: 'cjs', target: 'es2022', ...options });
	const { stdout, stderr, spans } = await runTraced(outfile, [], ['http', 'pino']);
	expect(stderr).toBe('');
	return { line: JSON.parse(stdout) as Record<string, unknown>, spans };
}

/** The decorators' spans, and below them those of Node's own http, which no bundle contains. */
const TREE = [{ name: 'self.soul.challenge', below: [{ name: 'GET', below: [{ name: 'GET', below: [] }] }] }];

describe('an application in one file', () => {
	it.each([[{}], [{ minify: true }]])(
		'with its packages inside keeps its decorators and loses the hooks (%j)',
		async (options) => {
			const { line, spans } = await runBundled(options);
			expect(tree(undefined, spans)).toEqual(TREE);
			expect(line).not.toHaveProperty('trace_id');
		},
	);

	it('with its packages outside keeps both', async () => {
		const { line, spans } = await runBundled({ packages: 'external' });
		expect(tree(undefined, spans)).toEqual(TREE);
		expect(line).toMatchObject({ msg: 'challenged', trace_id: spans[0]?.traceId });
	});
});
