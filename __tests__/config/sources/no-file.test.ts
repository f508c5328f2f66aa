import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findConfigFile } from '../../../config/sources/file.js';
import { hasNoConfigFile } from '../../../config/sources/no-file.js';
import { temporary } from '../../support/children.js';

let root: string;
let cwd: string;
beforeEach(() => {
	root = temporary();
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

const PLACES = ['agentese.config.yaml', '.agenteserc', '.config/agentese.config.yaml', 'package.json'];

describe('hasNoConfigFile()', () => {
	it('is true if no directory up to the package.json has one', async () => {
		write('agentese.config.yaml', 'spanName: path');
		write('project/packages/one/agentese.yaml', 'spanName: path');
		expect(hasNoConfigFile(cwd, PLACES)).toBe(true);
		expect(await findConfigFile(undefined, cwd)).toEqual({ faults: [] });
	});

	it.each([
		['project/packages/one/agentese.config.yaml', 'spanName: path'],
		['project/packages/.agenteserc', 'spanName: path'],
		['project/agentese.config.yaml', 'spanName: path'],
		['project/.config/agentese.config.yaml', 'spanName: path'],
		['project/package.json', '{"agentese":{"spanName":"path"}}'],
	])('is false if there is %s, which is then found', async (path, text) => {
		write(path, text);
		expect(hasNoConfigFile(cwd, PLACES)).toBe(false);
		expect((await findConfigFile(undefined, cwd)).layer).toMatchObject({
			source: join(root, path),
			value: { spanName: 'path' },
		});
	});

	it('is false if a package.json is not JSON, which is then reported', async () => {
		write('project/package.json', '{"name":');
		expect(hasNoConfigFile(cwd, PLACES)).toBe(false);
		expect((await findConfigFile(undefined, cwd)).faults).toMatchObject([
			{ message: expect.stringContaining('it is not valid JSON') },
		]);
	});

	it.each([
		['settings of cosmiconfig', 'project/package.json', '{"cosmiconfig":{}}'],
		['a package.yaml', 'project/packages/package.yaml', 'name: one'],
		['a folder .config', 'project/packages/one/.config/other.yaml', ''],
	])('leaves %s to cosmiconfig', (_name, path, text) => {
		write(path, text);
		expect(hasNoConfigFile(cwd, PLACES)).toBe(false);
	});

	it('leaves a directory that cannot be read to cosmiconfig', () => {
		expect(hasNoConfigFile(join(root, 'gone'), PLACES)).toBe(false);
	});
});
