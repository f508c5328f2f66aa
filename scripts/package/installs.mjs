// What an install brings: its size, its packages, and that each package manager installs it without an error.
import assert from 'node:assert/strict';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORE, MAIN } from '../packages/entries.mjs';
import { must, run } from '../run.mjs';
import { installed, newProject, write } from './project.mjs';

const MEGABYTE = 1_000_000;

/** The most that one of our packages may bring into an empty project. */
const LIMITS = { [MAIN]: { megabytes: 15, packages: 10 }, [CORE]: { megabytes: 7, packages: 4 } };

/** The bytes of all files below a folder. */
function bytesBelow(folder) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.reduce((sum, { parentPath, name }) => sum + lstatSync(join(parentPath, name)).size, 0);
}

/** Starts telemetry, calls a woven function, and prints how many spans were delivered. */
const USE = `
import { traced } from 'agentese-otel';
import { startTelemetry } from 'agentese-otel/presets';
const telemetry = await startTelemetry({ preset: 'json', json: { directory: './out' } });
traced(() => 1, { name: 'add' })();
await telemetry.flush();
console.log('delivered', telemetry.stats().spans.delivered);
await telemetry.shutdown();
`;

/** The package managers beside npm, each as npx finds it. `member` is where a package.json replaces the core's version. */
const MANAGERS = [
	{
		name: 'pnpm',
		install: ['--package=pnpm@10', 'pnpm', 'install', '--ignore-scripts', '--no-frozen-lockfile'],
		member: (core) => ({ pnpm: { overrides: { [CORE]: core } } }),
		start: ['node'],
	},
	{
		name: 'yarn 1',
		install: [
			'--package=yarn@1',
			'yarn',
			'install',
			'--ignore-scripts',
			'--non-interactive',
			'--no-lockfile',
			'--cache-folder=.cache',
		],
		// Its own cache: that of the user has a tarball of this version already, with other files.
		member: (core) => ({ resolutions: { [CORE]: core } }),
		start: ['node'],
	},
	{
		name: 'yarn 4, node_modules',
		install: ['--package=@yarnpkg/cli-dist@4', 'yarn', 'install', '--mode=skip-build'],
		member: (core) => ({ resolutions: { [CORE]: core } }),
		files: {
			'.yarnrc.yml': 'nodeLinker: node-modules\nenableTelemetry: false\nenableImmutableInstalls: false\n',
			'yarn.lock': '',
		},
		start: ['node'],
	},
	{
		name: "yarn 4, Plug'n'Play",
		install: ['--package=@yarnpkg/cli-dist@4', 'yarn', 'install', '--mode=skip-build'],
		member: (core) => ({ resolutions: { [CORE]: core } }),
		files: {
			'.yarnrc.yml': 'nodeLinker: pnp\nenableTelemetry: false\nenableImmutableInstalls: false\n',
			'yarn.lock': '',
		},
		start: ['npx', '--yes', '--package=@yarnpkg/cli-dist@4', 'yarn', 'node'],
	},
];

/** Returns the variables by which package managers trust the certificates that npm is configured with. */
async function certificates() {
	const { code, output } = await run('npm', ['config', 'get', 'cafile'], { env: {} });
	const file = output.trim();
	if (code !== 0 || file === '' || file === 'null') return {};
	return { NODE_EXTRA_CA_CERTS: file, YARN_HTTPS_CA_FILE_PATH: file };
}

/** Returns the checks of installs. */
export function installs(project) {
	const { core } = project;
	return [
		...Object.entries(LIMITS).map(([name, { megabytes, packages: most }]) => ({
			name: `${name} alone in an empty project: less than ${megabytes} MB in at most ${most} packages`,
			async check() {
				const folder = await installed(project, `alone-${name}`, {}, name);
				const modules = join(folder, 'node_modules');
				const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
				const count = Object.keys(packages).length;
				const size = bytesBelow(modules) / MEGABYTE;
				const apis = Object.keys(packages).filter((path) => path.endsWith('/@opentelemetry/api'));
				assert.equal(apis.length, 1, `copies of the API: ${apis}`);
				assert.ok(count <= most, `${count} packages: ${Object.keys(packages)}`);
				assert.ok(size < megabytes, `${size.toFixed(1)} MB`);
				return `${size.toFixed(1)} MB, ${count} packages`;
			},
		})),
		...MANAGERS.map(({ name, install, member, files = {}, start }) => ({
			name: `${name} installs it without a word about our packages, and it runs`,
			async check() {
				const folder = newProject(
					project,
					`manager-${name.replace(/\W+/g, '-')}`,
					{ '@opentelemetry/api': '^1.9.0' },
					MAIN,
					{
						overrides: undefined,
						...member(`file:${core.tarball}`),
					},
				);
				for (const [file, text] of Object.entries(files)) write(folder, file, text);
				const env = { NODE_OPTIONS: '', npm_config_yes: 'true', ...(await certificates()) };
				const { code, output } = await run('npx', ['--yes', ...install], { cwd: folder, env });
				const named = output
					.split('\n')
					.filter((line) => /warn|error|unmet|peer/i.test(line) && /agentese|grpc-js/.test(line));
				assert.deepEqual([code, named], [0, []], output);
				write(folder, 'use.mjs', USE);
				const [program, ...args] = start;
				const printed = await must(program, [...args, 'use.mjs'], { cwd: folder, env });
				assert.match(printed, /^delivered 1$/m);
			},
		})),
	];
}
