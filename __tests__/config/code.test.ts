import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bundle, runChild } from '../support/children.js';
import { ConfigRoom } from '../support/config-room.js';

let entry: { url: string; remove: () => void };
let room: ConfigRoom;
beforeAll(async () => {
	entry = await bundle();
});
afterAll(() => entry.remove());
beforeEach(() => {
	room = new ConfigRoom();
});
afterEach(() => room.leave());

async function loaded(env: NodeJS.ProcessEnv = {}): Promise<string> {
	const args = [pathToFileURL(join(entry.url, 'entry.mjs')).href];
	const { stdout, stderr } = await runChild('config.mjs', { args, cwd: room.cwd, env });
	expect(stderr).toBe('');
	return stdout.trim().replaceAll(room.cwd, '<cwd>');
}

describe('a config that is code', () => {
	it.each([
		['agentese.config.ts', 'const name: string = "path"; export default { spanName: name };'],
		['agentese.config.mts', 'type Name = string; export default { spanName: "path" as Name };'],
		['.agenteserc.js', 'module.exports = { spanName: "path" };'],
		['.config/agenteserc.ts', 'export default { spanName: "path" };'],
	])('is run by Node itself: %s', async (name, text) => {
		room.write('package.json', name.endsWith('.js') ? '{"type":"commonjs"}' : '{"type":"module"}');
		room.write(name, text);
		expect(await loaded()).toBe(JSON.stringify(['path', `<cwd>/${name}`]));
	});

	it.each([
		['agentese.config.ts', '\n\nexport default { spanName: };', 3, 'Expression expected'],
		['agentese.config.mjs', 'const a = 1;\nthrow new Error("no garden");\nexport default {};', 2, 'no garden'],
		['agentese.config.cjs', '\nmodule.exports = {,};', 2, "Unexpected token ','"],
	])('that fails is reported with its line: %s', async (name, text, line, reason) => {
		room.write('package.json', '{"type":"module"}');
		room.write(name, text);
		expect(await loaded()).toBe(
			`The configuration is refused. <cwd>/${name}:${line}: it cannot be read. Reason: ${reason}`,
		);
	});

	it('is refused, and not run, if AGENTESE_CONFIG_FORMATS=data', async () => {
		room.write('package.json', '{"type":"module"}');
		room.write('agentese.config.ts', 'console.error("it ran"); export default { spanName: "path" };');
		expect(await loaded({ AGENTESE_CONFIG_FORMATS: 'data' })).toBe(
			'The configuration is refused. <cwd>/agentese.config.ts: it is code, which AGENTESE_CONFIG_FORMATS=data refuses. ' +
				'Write it as YAML or JSON, or set that variable to all.',
		);
		room.write('agentese.config.ts', '');
		expect(await loaded({ AGENTESE_CONFIG_FORMATS: 'date' })).toBe(
			"The configuration is refused. AGENTESE_CONFIG_FORMATS: got 'date'; legal: data, which refuses a config that is code, or all.",
		);
	});
});
