import { spawnSync } from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	lchownSync,
	mkdirSync,
	mkdtempSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bundle } from '../../support/children.js';

/** Another user, and the user of a project that is mounted into a container. */
const [OTHER, MOUNTED] = [65_534, 1000];

/** Files get other owners, which only root may do. */
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;
if (process.getuid?.() !== 0)
	process.stderr.write('SKIPPED: the trust in configs of other users is tested as root only\n');

let built: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
	built = await bundle();
	chmodSync(built.url, 0o755);
});
afterAll(() => built.remove());

let room: string;
beforeEach(() => {
	room = realpathSync(mkdtempSync(join(tmpdir(), 'agentese-trust-')));
	// Every user may leave the mark of a config that ran.
	chmodSync(room, 0o777);
	mkdirSync(join(room, 'home'));
});
afterEach(() => rmSync(room, { recursive: true, force: true }));

interface Owned {
	uid?: number;
	mode?: number;
}

/** Owners and permissions of files, relative to the room. */
type Files = Record<string, string | ({ text?: string; link?: string } & Owned)>;

/** Writes files and folders; the folders of a file are those of the same owner unless they are named themselves. */
function write(files: Files): void {
	for (const [name, file] of Object.entries(files)) {
		const path = join(room, name);
		const { text, link, uid = 0, mode } = typeof file === 'string' ? { text: file, link: undefined } : file;
		mkdirSync(dirname(path), { recursive: true });
		if (link !== undefined) symlinkSync(join(room, link), path);
		else if (text === undefined) mkdirSync(path, { recursive: true });
		else writeFileSync(path, text);
		if (link !== undefined) lchownSync(path, uid, uid);
		else {
			chownSync(path, uid, uid);
			if (mode !== undefined) chmodSync(path, mode);
		}
	}
}

/** A config that is code. It leaves a mark if it runs. */
const code = () =>
	`import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(join(room, 'ran'))}, ''); export default { spanName: 'path' };`;
const MAIN = () =>
	`import { loadConfig } from ${JSON.stringify(join(built.url, 'entry.mjs'))};
	const { config, notices } = await loadConfig();
	console.log(JSON.stringify({ spanName: config.spanName, notices }));`;

interface Loaded {
	spanName?: string;
	notices: string[];
	ran: boolean;
	stderr: string;
}

interface RunOptions {
	cwd?: string;
	env?: Record<string, string>;
	uid?: number;
	node?: string[];
}

/** Runs an application, and returns the config that it loads. */
function run(main: string, { cwd = 'app', env = {}, uid = 0, node = [] }: RunOptions = {}): Loaded {
	const entry = node.length > 0 ? node : [join(room, main)];
	const { stdout, stderr } = spawnSync(process.execPath, entry, {
		cwd: join(room, cwd),
		encoding: 'utf8',
		env: { PATH: process.env['PATH'], HOME: join(room, 'home'), ...env },
		...(uid !== 0 && { uid, gid: uid }),
	});
	const ran = existsSync(join(room, 'ran'));
	const text = stdout.replaceAll(room, '<room>');
	return { ...(text === '' ? { notices: [] } : JSON.parse(text)), ran, stderr };
}

/** An application whose files all belong to one user, with a config that is code. */
const application = ({ uid = 0, mode }: Owned = {}, folderMode?: number): Files => ({
	app: { uid, ...(folderMode !== undefined && { mode: folderMode }) },
	'app/package.json': { text: '{"name":"garden","type":"module"}', uid },
	'app/main.mjs': { text: MAIN(), uid },
	'app/agentese.config.mjs': { text: code(), uid, ...(mode !== undefined && { mode }) },
});

asRoot('a config is trusted', () => {
	const TRUSTED: [string, () => Files, [string, RunOptions?]?][] = [
		['of root', () => application()],
		['in a project of another user that is mounted into a container of root', () => application({ uid: MOUNTED })],
		['that a group may write, as with umask 002', () => application({ uid: MOUNTED, mode: 0o664 }, 0o2775)],
		[
			'of root, in an application of another user',
			() => ({ ...application({ uid: MOUNTED }), 'app/agentese.config.mjs': code() }),
		],
		[
			'that everybody may write, if everybody may write the application too, as with umask 000',
			() => ({ ...application({ mode: 0o666 }, 0o777), 'app/main.mjs': { text: MAIN(), mode: 0o666 } }),
		],
		[
			'above a build whose package.json has only a type',
			() => ({ ...application(), 'app/dist/package.json': '{"type":"module"}', 'app/dist/main.mjs': MAIN() }),
			['app/dist/main.mjs'],
		],
		[
			'above the main file, where no package.json is',
			() => ({ 'app/agentese.config.mjs': code(), 'app/a/b/main.mjs': MAIN() }),
			['app/a/b/main.mjs', { cwd: 'app/a/b' }],
		],
		[
			'at the root of several packages, where the application is started',
			() => ({
				...application(),
				'app/package.json': '{"workspaces":["packages/*"]}',
				'app/packages/one/package.json': '{"name":"one"}',
				'app/packages/one/main.mjs': MAIN(),
			}),
			['app/packages/one/main.mjs'],
		],
		[
			'of a project whose tools are in node_modules',
			() => ({
				...application(),
				'app/node_modules/tool/package.json': '{"name":"tool"}',
				'app/node_modules/tool/bin.mjs': MAIN(),
			}),
			['app/node_modules/tool/bin.mjs'],
		],
		[
			'that is a link to a file of root elsewhere',
			() => ({
				...application(),
				'app/agentese.config.mjs': { link: 'shared/config.mjs' },
				'shared/config.mjs': code(),
			}),
		],
		['of code on the command line', () => application(), ['', { node: ['--input-type=module', '-e', 'MAIN'] }]],
	];

	it.each(TRUSTED)('%s', (_name, files, [main, options]: [string, RunOptions?] = ['app/main.mjs']) => {
		write(files());
		const node = options?.node?.map((argument) => (argument === 'MAIN' ? MAIN() : argument)) ?? [];
		expect(run(main, { ...options, node })).toEqual({ spanName: 'path', notices: [], ran: true, stderr: '' });
	});

	it('for a user who is not root, if it is that of root or of the owner of the main file', () => {
		write(application());
		expect(run('app/main.mjs', { uid: OTHER })).toMatchObject({ spanName: 'path', notices: [] });
		rmSync(join(room, 'app'), { recursive: true });
		write(application({ uid: MOUNTED }));
		expect(run('app/main.mjs', { uid: OTHER })).toMatchObject({ spanName: 'path', notices: [] });
	});
});

asRoot('a config is not run, and one line tells why, if', () => {
	const FOREIGN = /belongs to user 65534, and not to the user of this process, to root or to the owner of the/;
	const UNTRUSTED: [string, () => Files, RegExp, [string, RunOptions?]?][] = [
		[
			'it belongs to another user',
			() => ({ ...application(), 'app/agentese.config.mjs': { text: code(), uid: OTHER } }),
			FOREIGN,
		],
		['its folder belongs to another user', () => ({ ...application(), app: { uid: OTHER } }), FOREIGN],
		['everybody may write to it', () => application({ mode: 0o666 }), /everybody may write to it \(mode 0666\)/],
		[
			'everybody may write to its folder',
			() => application({}, 0o777),
			/everybody may write to its folder \(mode 0777\)/,
		],
		[
			'its folder is sticky, as /tmp is',
			() => application({}, 0o1777),
			/everybody may write to its folder \(mode 01777\)/,
		],
		[
			'it is a link to a file of another user',
			() => ({
				...application(),
				'app/agentese.config.mjs': { link: 'shared/config.mjs' },
				'shared/config.mjs': { text: code(), uid: OTHER },
			}),
			FOREIGN,
		],
		[
			'it is a link into a folder where everybody may write',
			() => ({
				...application(),
				'app/agentese.config.mjs': { link: 'shared/config.mjs' },
				shared: { mode: 0o777 },
				'shared/config.mjs': code(),
			}),
			/everybody may write to the folder <room>\/shared \(mode 0777\)/,
		],
		[
			'it is a link that another user made',
			() => ({
				...application(),
				'app/agentese.config.mjs': { link: 'shared/config.mjs', uid: OTHER },
				'shared/config.mjs': code(),
			}),
			FOREIGN,
		],
		[
			'everybody may write to a folder between it and the root of the project',
			() => ({
				...application(),
				'app/agentese.config.mjs': '',
				'app/in': { mode: 0o777 },
				'app/in/deep/agentese.config.mjs': code(),
			}),
			/everybody may write to the folder <room>\/app\/in \(mode 0777\)/,
			['app/main.mjs', { cwd: 'app/in/deep' }],
		],
		[
			'it is outside of the project of the application',
			() => ({ ...application(), 'work/agentese.config.mjs': code(), 'work/package.json': '{}' }),
			/work\/agentese\.config\.mjs is not used: it is outside of the application's project <room>\/app/,
			['app/main.mjs', { cwd: 'work' }],
		],
		[
			'it is above, and no package.json is between',
			() => ({
				...application(),
				work: { uid: OTHER, mode: 0o777 },
				'work/agentese.config.mjs': { text: code(), uid: OTHER },
				'work/a/b': {},
			}),
			/everybody may write to its folder/,
			['app/main.mjs', { cwd: 'work/a/b' }],
		],
		[
			'it is in the folder .config of another user',
			() => ({
				...application(),
				'app/agentese.config.mjs': '',
				'app/.config': { uid: OTHER },
				'app/.config/agentese.config.mjs': code(),
			}),
			FOREIGN,
		],
	];

	it.each(UNTRUSTED)('%s', (_name, files, reason, [main, options]: [string, RunOptions?] = ['app/main.mjs']) => {
		write(files());
		const { spanName, notices, ran } = run(main, options);
		expect({ spanName, ran, notices }).toEqual({ spanName: 'invoke', ran: false, notices: expect.anything() });
		expect(notices.filter((notice) => notice.includes('is not used: '))).toEqual([expect.stringMatching(reason)]);
	});

	it.each([
		['.agenteserc', 'spanName: path'],
		['agentese.config.json', '{"spanName":"path"}'],
		['package.json', '{"name":"other","agentese":{"spanName":"path"}}'],
	])('it is data of another user: %s', (name, text) => {
		const files = application();
		delete files['app/agentese.config.mjs'];
		write({ ...files, [`app/${name}`]: { text, uid: OTHER } });
		const { spanName, notices } = run('app/main.mjs');
		expect([spanName, notices]).toEqual(['invoke', [expect.stringMatching(FOREIGN)]]);
	});

	it('and a package.json of another user without a config gets no line', () => {
		write({ ...application(), 'work/package.json': { text: '{"name":"other"}', uid: OTHER }, work: { uid: OTHER } });
		expect(run('app/main.mjs', { cwd: 'work' })).toMatchObject({
			spanName: 'invoke',
			notices: [expect.stringContaining('the search for a config begins in the working directory')],
		});
	});

	it('AGENTESE_CONFIG names it: then it is used, and one line tells that', () => {
		write({ ...application(), 'app/agentese.config.mjs': { text: code(), uid: OTHER, mode: 0o666 } });
		const env = { AGENTESE_CONFIG: 'agentese.config.mjs' };
		const { notices, ...rest } = run('app/main.mjs', { env });
		expect(rest).toEqual({ spanName: 'path', ran: true, stderr: '' });
		expect(notices).toEqual([
			'<room>/app/agentese.config.mjs is used because AGENTESE_CONFIG names it, although everybody may write to it (mode 0666).',
		]);
	});

	it('the next one that is trusted is used instead', () => {
		write({
			...application(),
			'app/agentese.config.mjs': { text: code(), uid: OTHER },
			'app/.agenteserc.yaml': 'spanName: path',
		});
		const { spanName, notices, ran } = run('app/main.mjs');
		expect([spanName, ran, notices]).toEqual(['path', false, [expect.stringMatching(FOREIGN)]]);
	});
});

asRoot('~/.kgents/telemetry.yaml', () => {
	const TEXT = 'sampling: { rate: 0.5 }';
	const loaded = (files: Files, options: RunOptions = {}) => {
		const { 'app/agentese.config.mjs': _, ...rest } = application();
		write({ ...rest, ...files });
		writeFileSync(join(room, 'app/main.mjs'), MAIN().replace('config.spanName', 'String(config.sampling.rate)'));
		const { spanName, notices } = run('app/main.mjs', options);
		return [spanName, notices];
	};

	it('is used if it belongs to the user or to root', () => {
		expect(loaded({ 'home/.kgents/telemetry.yaml': TEXT })).toEqual(['0.5', []]);
	});

	it.each<[string, Files]>([
		['belongs to another user', { 'home/.kgents/telemetry.yaml': { text: TEXT, uid: OTHER } }],
		['may be written by everybody', { 'home/.kgents/telemetry.yaml': { text: TEXT, mode: 0o666 } }],
	])('is left out with one line if it %s', (_name, files) => {
		expect(loaded(files)).toEqual(['1', [expect.stringMatching(/telemetry\.yaml is not used: /)]]);
	});

	it.each<[string, Files, Owned]>([
		['may not be looked into', { home: { mode: 0o700 }, 'home/.kgents/telemetry.yaml': TEXT }, { uid: OTHER }],
		['may not be read', { 'home/.kgents/telemetry.yaml': { text: TEXT, mode: 0o600 } }, { uid: OTHER }],
		['is a file in the place of the folder', { 'home/.kgents': TEXT }, {}],
		['is a link to itself', { 'home/.kgents/telemetry.yaml': { link: 'home/.kgents/telemetry.yaml' } }, {}],
	])('does not end the application if it %s, and is left out with one line', (_name, files, options) => {
		expect(loaded(files, { ...options, env: {} })).toEqual([
			'1',
			[expect.stringMatching(/telemetry\.yaml is not used, because it cannot be read \((EACCES|ENOTDIR|ELOOP)\)/)],
		]);
	});

	it.each(['/dev/null', '/nonexistent', ''])('is nothing if the home directory is %j', (HOME) => {
		expect(loaded({}, { env: { HOME } })).toEqual(['1', []]);
	});
});

asRoot('a config that this process may not read', () => {
	it('is left out with one line, and the next one is used', () => {
		write({
			...application(),
			'app/agentese.config.mjs': { text: code(), mode: 0o600 },
			'app/.agenteserc.yaml': { text: 'spanName: path', mode: 0o644 },
		});
		const { spanName, notices } = run('app/main.mjs', { uid: OTHER });
		expect([spanName, notices]).toEqual([
			'path',
			['<room>/app/agentese.config.mjs is not used: this process may not read it.'],
		]);
	});

	it('does not end the application if its directory may not be looked into', () => {
		write({ ...application(), 'app/in': { mode: 0o700 }, 'app/in/.agenteserc': 'spanName: invoke' });
		const chdir = `process.chdir(${JSON.stringify(join(room, 'app/in'))}); process.setuid(${OTHER});`;
		writeFileSync(join(room, 'app/main.mjs'), MAIN().replace(';', `; ${chdir}`));
		expect(run('app/main.mjs')).toMatchObject({ spanName: 'path', notices: [expect.stringContaining('EACCES')] });
	});
});

describe('a working directory that was removed', () => {
	it('does not end the application', () => {
		write({ 'app/package.json': '{"name":"garden"}', 'app/gone': {} });
		const gone = `import { rmdirSync } from 'node:fs'; rmdirSync(process.cwd());`;
		writeFileSync(join(room, 'app/main.mjs'), `${gone}\n${MAIN()}`);
		expect(run('app/main.mjs', { cwd: 'app/gone' })).toMatchObject({ spanName: 'invoke', notices: [] });
	});
});
