import { copyFileSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { newFolder } from './support/servers.js';
import { runTraced, tree } from './support/traced-app.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The `openai` packages by major version. The instrumentation supports versions below 7. */
const OPENAI = { 6: join(ROOT, '__tests__/e2e/models/previous/node_modules'), 7: join(ROOT, 'node_modules') };

const COMPLETION = {
	id: 'chatcmpl-1',
	object: 'chat.completion',
	created: 1,
	model: 'gpt-4o-mini-2024',
	choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Roses.' } }],
	usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
};

let server: Server;
let folder: string;
beforeEach(async () => {
	folder = realpathSync(newFolder('openai'));
	server = createServer((request, response) => {
		request.resume().on('end', () => {
			response.setHeader('content-type', 'application/json').end(JSON.stringify(COMPLETION));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
	rmSync(folder, { recursive: true, force: true });
	await new Promise((resolve) => server.close(resolve));
});

/** Creates an application in a folder, with this `openai` and this toolkit installed. */
function advise(major: keyof typeof OPENAI) {
	const modules = join(folder, 'node_modules');
	mkdirSync(modules);
	symlinkSync(join(OPENAI[major], 'openai'), join(modules, 'openai'));
	symlinkSync(ROOT, join(modules, 'agentese-otel'));
	const file = join(folder, 'advise.mjs');
	copyFileSync(new URL('./support/advise.mjs', import.meta.url), file);
	const { port } = server.address() as AddressInfo;
	return runTraced(file, [`http://127.0.0.1:${port}/v1`], ['openai']);
}

it('with openai 6 the model call and its tokens are a child of the invocation that made it', async () => {
	const { stdout, stderr, spans } = await advise(6);
	expect([stdout, stderr]).toEqual(['Roses.\n', '']);
	expect(tree(undefined, spans)).toEqual([
		{ name: 'self.soul.advise', below: [{ name: 'chat gpt-4o-mini', below: [] }] },
	]);
	// The application did not record these tokens: they were read from the instrumentation's span.
	expect(spans.find(({ attributes }) => attributes['agentese.path'] !== undefined)?.attributes).toMatchObject({
		'agentese.tokens.in': '12',
		'agentese.tokens.out': '3',
		'agentese.model': 'gpt-4o-mini-2024',
	});
	expect(spans.find(({ name }) => name === 'chat gpt-4o-mini')?.attributes).toMatchObject({
		'gen_ai.usage.input_tokens': '12',
		'gen_ai.usage.output_tokens': '3',
		'gen_ai.response.model': 'gpt-4o-mini-2024',
	});
});

it('with openai 7 one line reports that the instrumentation does not support it, and what to use instead', async () => {
	const { stdout, stderr, spans } = await advise(7);
	expect(stdout).toBe('Roses.\n');
	expect(stderr).toMatch(
		/^agentese-otel: autoInstrumentation does not support openai 7\.\d+\.\d+: its instrumentation is for versions below 7, so that model calls make no spans and count no tokens\. Pass the client to meterModel\(\) instead\.\n$/,
	);
	expect(tree(undefined, spans)).toEqual([{ name: 'self.soul.advise', below: [] }]);
});
