import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { assemble } from '../../sdk/assemble/assemble.js';
import { loadConfig } from '../../sdk/index.js';
import { temporary } from '../support/children.js';

let directory: string;

beforeEach(() => {
	directory = temporary();
	writeFileSync(join(directory, 'package.json'), '{"name":"garden"}');
});
afterEach(() => {
	for (const name of ['AGENTESE_CONVENTIONS', 'AGENTESE_OBSERVER_BAGGAGE']) delete process.env[name];
	rmSync(directory, { recursive: true, force: true });
});

const load = (config: Parameters<typeof loadConfig>[0] = {}) => loadConfig(config, { cwd: directory, home: directory });

it('variables list conventions and observer attributes with commas', async () => {
	process.env['AGENTESE_CONVENTIONS'] = 'genai';
	process.env['AGENTESE_OBSERVER_BAGGAGE'] = 'agentese.observer, session.id';
	const { config } = await load();
	expect(config.conventions).toEqual(['genai']);
	expect(config.observer.baggage).toEqual(['agentese.observer', 'session.id']);
});

it('every reader gets the buckets of the conventions that the config lists, and no other view', async () => {
	const names = async (config: object) =>
		(await assemble(await load({ preset: 'none', ...config }))).configuration.views?.map((view) => view.instrumentName);
	expect(await names({})).toEqual(['agentese.invoke.duration']);
	expect(await names({ conventions: ['genai'] })).toEqual([
		'agentese.invoke.duration',
		'gen_ai.invoke_agent.duration',
		'gen_ai.execute_tool.duration',
	]);
});

it('there is no span processor if no preset exports traces', async () => {
	const { configuration } = await assemble(await load({ preset: 'none' }));
	expect(configuration.spanProcessors).toEqual([]);
});
