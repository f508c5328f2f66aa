import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../sdk/index.js';
import { ConfigRoom } from '../../support/config-room.js';

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const PRESET = `import { z } from 'zod';
export default { name: 'roll', schema: z.strictObject({ file: z.string().default('roll.txt'), lines: z.number().default(7) }), create: () => ({}) };`;

let room: ConfigRoom;
beforeEach(() => {
	room = new ConfigRoom();
});
afterEach(() => room.leave());

const section = (config: object) => (config as Record<string, unknown>)['roll'];

describe('a custom preset', () => {
	it('is a path relative to the file that names it, and its options under its name are checked after the merge', async () => {
		symlinkSync(MODULES, join(room.cwd, 'node_modules'));
		room.write('etc/roll.mjs', PRESET);
		room.write('etc/config.yaml', 'preset: [./roll.mjs, json]\nroll: { file: a.txt }');
		process.env['AGENTESE_CONFIG'] = 'etc/config.yaml';
		const { config, presets, signals, sources } = await room.load();
		expect(config.preset).toEqual(['roll', 'json']);
		expect(section(config)).toEqual({ file: 'a.txt', lines: 7 });
		expect([...presets.keys()]).toEqual(['roll']);
		expect(signals.traces).toEqual(['roll', 'json']);
		expect(sources['roll.file']).toBe(join(room.cwd, 'etc/config.yaml'));
		const stronger = { roll: { lines: 3 } } as object;
		expect(section((await room.load(stronger)).config)).toEqual({ file: 'a.txt', lines: 3 });
	});

	it('has its section in an argument without a cast, if the argument names its module', async () => {
		symlinkSync(MODULES, join(room.cwd, 'node_modules'));
		room.write('roll.mjs', PRESET);
		const places = { cwd: room.cwd, home: room.home };
		const { config } = await loadConfig({ preset: ['json', './roll.mjs'], roll: { lines: 3 } }, places);
		expect(section(config)).toEqual({ file: 'roll.txt', lines: 3 });
		const loose = loadConfig({ preset: './roll.mjs', rol: { lines: 3 } }, places);
		await expect(loose).rejects.toThrow('"rol" is not a key; legal here: ');
		// @ts-expect-error: an unknown section, and no module is named
		await expect(loadConfig({ preset: 'json', roll: { lines: 3 } }, places)).rejects.toThrow('"roll" is not a key');
	});

	it('may be a package, also one with ESM only', async () => {
		room.write(
			'node_modules/@garden/roll/package.json',
			'{"name":"@garden/roll","type":"module","exports":{".":{"import":"./main.js"}}}',
		);
		room.write('node_modules/@garden/roll/main.js', "export const roll = { name: 'roll', create: () => ({}) };");
		const { config, presets } = await room.load({ preset: '@garden/roll' });
		expect([config.preset, presets.get('roll')?.name]).toEqual([['roll'], 'roll']);
	});

	it('without a schema accepts no options', async () => {
		room.write('roll.mjs', "export default { name: 'roll', create: () => ({}) };");
		const file = room.write('agentese.config.yaml', 'preset: ./roll.mjs\nroll: { file: a }');
		expect(await room.refusal()).toBe(
			`The configuration is refused. ${file.replace(room.cwd, '<cwd>')}:2: "roll" is not a key: the preset of that name has no schema, so it accepts no options.`,
		);
	});

	it('may have a schema of any library that follows Standard Schema, which may check asynchronously', async () => {
		room.write(
			'roll.mjs',
			`const validate = async ({ file = 'a', lines = 7, ...rest }) => {
				if (rest.broken) throw new Error('no such  roll');
				const issues = [];
				if (typeof file !== 'string') issues.push({ message: 'Expected string', path: ['file'] });
				if (rest.auth?.headers) issues.push({ message: 'bad ' + rest.auth.headers.key, path: [{ key: 'auth' }, 'headers', { key: 'key' }] });
				if (rest.pages) issues.push({ message: 'Expected a page.', path: ['pages', 1] });
				if (lines === 0) issues.push({ message: 'Nothing to write' });
				return issues.length > 0 ? { issues } : { value: { file, lines: Number(lines) } };
			};
			const schema = Object.assign(() => {}, { '~standard': { version: 1, vendor: 'tests', validate } });
			export default { name: 'roll', schema, create: () => ({}) };`,
		);
		const accepted = { preset: './roll.mjs', roll: { lines: '3' } } as object;
		expect(section((await room.load(accepted)).config)).toEqual({ file: 'a', lines: 3 });
		room.write(
			'agentese.config.yaml',
			'preset: ./roll.mjs\nroll:\n  file: 5\n  lines: 0\n  pages: [1, b]\n  auth: { headers: { key: hunter2 } }',
		);
		expect(await room.refusal()).toBe(
			[
				'The configuration is refused, with 4 faults.',
				`  <cwd>/agentese.config.yaml:2: "roll" got { file: 5, lines: 0, pages: [ 1, 'b' ], auth: [redacted] }; Nothing to write.`,
				'  <cwd>/agentese.config.yaml:3: "roll.file" got 5; Expected string.',
				'  <cwd>/agentese.config.yaml:5: "roll.pages[1]" got \'b\'; Expected a page.',
				'  <cwd>/agentese.config.yaml:6: "roll.auth.headers.key" got [redacted], which its schema refuses.',
			].join('\n'),
		);
		room.write('agentese.config.yaml', 'preset: ./roll.mjs\nroll: { broken: true }');
		expect(await room.refusal()).toBe(
			'The configuration is refused. <cwd>/agentese.config.yaml:2: "roll" cannot be checked: the schema of that preset threw. Reason: Error: no such roll.',
		);
	});

	it('that a file names is refused if only data is allowed', async () => {
		room.write('roll.mjs', "globalThis.rollRan = true; export default { name: 'roll', create: () => ({}) };");
		room.write('agentese.config.yaml', 'preset: ./roll.mjs');
		process.env['AGENTESE_CONFIG_FORMATS'] = 'data';
		expect(await room.refusal()).toBe(
			'The configuration is refused. <cwd>/agentese.config.yaml:1: "preset" names the module \'./roll.mjs\', which is code; ' +
				'AGENTESE_CONFIG_FORMATS=data refuses code. Legal: json, otlp, jaeger, prometheus, console or none.',
		);
		expect(globalThis).not.toHaveProperty('rollRan');
	});
});
