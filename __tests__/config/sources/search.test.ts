import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ConfigFile, findConfigFile } from '../../../config/sources/file.js';
import { temporary } from '../../support/children.js';

let root: string;
let cwd: string;
beforeEach(() => {
	root = realpathSync(temporary());
	cwd = join(root, 'project/packages/one');
	mkdirSync(cwd, { recursive: true });
	write('project/package.json', '{"name":"garden"}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
	const file = join(root, path);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
}

const find = (): Promise<ConfigFile> => findConfigFile({ cwd, isCwdNamed: true });
const notices = async () => (await find()).notices.map((notice) => notice.replaceAll(root, '<root>'));

describe('the search for a config', () => {
	it('ends at the directory with a package.json', async () => {
		write('agentese.config.yaml', 'spanName: path');
		write('project/packages/one/agentese.yaml', 'spanName: path');
		expect(await find()).toEqual({ faults: [], notices: [] });
	});

	it.each([
		['project/packages/one/agentese.config.yaml', 'spanName: path'],
		['project/packages/.agenteserc', 'spanName: path'],
		['project/agentese.config.yaml', 'spanName: path'],
		['project/agentese.config.cts', 'module.exports = { spanName: "path" };'],
		['project/.config/agentese.config.yaml', 'spanName: path'],
		['project/package.json', '{"agentese":{"spanName":"path"}}'],
	])('finds %s', async (path, text) => {
		write(path, text);
		expect((await find()).layer).toMatchObject({ source: join(root, path), value: { spanName: 'path' } });
	});

	it('continues after a file that is empty', async () => {
		write('project/packages/one/.agenteserc', '\n');
		write('project/.agenteserc', 'spanName: path');
		expect((await find()).layer?.source).toBe(join(root, 'project/.agenteserc'));
	});

	it('reports a package.json that is not JSON', async () => {
		write('project/package.json', '{"name":');
		expect((await find()).faults).toMatchObject([{ message: expect.stringContaining('it is not valid JSON') }]);
	});

	it('runs nothing that another tool has for its own settings', async () => {
		write('project/packages/one/.config/config.js', 'globalThis.ran = true;');
		write('project/packages/one/.config/config.cjs', 'globalThis.ran = true;');
		write('project/packages/one/agentese.config.yaml', '$import: ./other.yaml');
		write('project/packages/one/other.yaml', 'spanName: path');
		expect((await find()).layer?.value).toEqual({ $import: './other.yaml' });
		expect((globalThis as { ran?: boolean }).ran).toBeUndefined();
	});
});

describe('a config that is not read gets a notice', () => {
	it('beside the one that is used', async () => {
		write('project/agentese.config.yaml', 'spanName: path');
		write('project/.agenteserc.json', '{}');
		write('project/package.json', '{"name":"garden","agentese":{}}');
		expect(await notices()).toEqual([
			'<root>/project/agentese.config.yaml is the config, and <root>/project/.agenteserc.json, ' +
				'<root>/project/package.json beside it are not used. Keep one of them.',
		]);
	});

	it.each([
		'agentese.config.toml',
		'.agenteserc.ini',
		'.config/agentese.config.jsonc',
		'.agentese.config',
		'AGENTESE.config.yaml',
	])('in a format that is not read: %s', async (name) => {
		write(`project/packages/one/${name}`, 'x');
		expect(await notices()).toEqual([
			`<root>/project/packages/one/${name} is not read as a config; legal formats: ts, mts, cts, js, mjs, cjs, yaml, yml, json.`,
		]);
	});

	it.each([
		'agentese.config.yaml.bak',
		'agentese.config.d.ts',
		'agentese.ts',
		'.agenteserc.swp',
		'agentese.config.yaml~',
	])('but not %s, which nobody takes for a config', async (name) => {
		write(`project/packages/one/${name}`, 'x');
		expect(await notices()).toEqual([]);
	});

	it.each([
		['agentese.config.yaml', 'spanName: path', { 'package.json': '{"workspaces":["project"]}' }],
		['.agenteserc', 'spanName: path', { 'pnpm-workspace.yaml': '' }],
		['package.json', '{"workspaces":["project"],"agentese":{"spanName":"path"}}', {}],
	])('at the root of several packages: %s', async (name, text, others) => {
		for (const [path, content] of Object.entries(others)) write(path, content);
		write(name, text);
		expect(await notices()).toEqual([
			`<root>/${name} is not used: the search for a config ends at <root>/project/package.json. Set AGENTESE_CONFIG to ` +
				'its path to use it.',
		]);
		write('project/agentese.config.yaml', 'spanName: path');
		expect(await notices()).toEqual([]);
	});
});
