import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../fresh.mjs';
import { must, run } from '../run.mjs';
import { prints, write } from './project.mjs';

const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Prints `one` if `import` and `require` of each entry return the same names and values. */
const ONE_INSTANCE = `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const names = ['agentese-otel', 'agentese-otel/extend', 'agentese-otel/presets', 'agentese-otel/testing'];
for (const entry of [...names, 'agentese-otel-core', 'agentese-otel-core/extend']) {
	const imported = await import(entry);
	const required = require(entry);
	const names = Object.keys(imported);
	if (names.length === 0) throw new Error(entry + ' exports nothing');
	if (Object.keys(required).join() !== names.join()) throw new Error(entry + ': other names when required');
	for (const name of names) if (imported[name] !== required[name]) throw new Error(entry + ': two of ' + name);
	const errors = names.filter((name) => name.endsWith('Error') && imported[name].name !== name);
	if (errors.length > 0) throw new Error(entry + ': other names of ' + errors);
}
console.log('one');
`;

/** Requires every entry; `register` is for `import` only. */
const REQUIRE = `
const { Traced } = require('agentese-otel');
const { startTelemetry } = require('agentese-otel/presets');
try {
	require('agentese-otel/register');
} catch (error) {
	console.log(typeof Traced, typeof startTelemetry, error.code);
}
`;

/** Loads the CommonJS build by its path, as Jest and older bundlers do. Node itself never chooses it. */
const CJS_BUILD = `
const { dirname, join } = require('node:path');
const root = dirname(require.resolve('agentese-otel/package.json'));
const engine = require(join(root, 'dist/cjs/index.js'));
const presets = require(join(root, 'dist/cjs/sdk/index.js'));
presets.loadConfig({ preset: ['none'] }).then(
	({ config }) => console.log(typeof engine.Traced, config.preset.join()),
);
`;

/** Imports the decorators, and prints the packages that this loaded. */
const NO_SDK = `
import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
await import('agentese-otel');
const packages = loaded.map((url) => /.*node_modules\\/((@[^/]+\\/)?[^/]+)/.exec(url)?.[1]).filter(Boolean);
console.log([...new Set(packages)].sort().join(' '));
`;

/** Imports the decorators, and prints how many files of this package that loaded. */
const FEW_FILES = `${NO_SDK.replace(/const packages[\s\S]*/, '')}
console.log(loaded.filter((url) => /\\/agentese-otel(-core)?\\/dist\\//.test(url)).length);
`;

/**
 * Imports the presets, and prints the bundled packages that this loaded, by the sources in the source maps of the loaded
 * files, and the files of the command line.
 */
const LOADED_BY_PRESETS = `
import { existsSync, readFileSync } from 'node:fs';
${NO_SDK.replace("'agentese-otel'", "'agentese-otel/presets'").replace(/const packages[\s\S]*/, '')}
const files = loaded.filter((url) => url.includes('/agentese-otel/dist/')).map((url) => new URL(url));
const sources = files.flatMap((url) => {
	const map = new URL(url.href + '.map');
	return existsSync(map) ? JSON.parse(readFileSync(map, 'utf8')).sources : [];
});
if (!sources.some((source) => source.endsWith('/sdk/lifecycle/start.ts'))) throw new Error('no source of the presets');
const inside = sources.map((source) => /node_modules\\/((@[^/]+\\/)?[^/]+)/.exec(source)?.[1]).filter(Boolean);
console.log([...new Set(inside), ...files.filter(({ pathname }) => pathname.includes('/cli/'))].sort().join(' '));
`;

/** Returns the checks of how Node loads the entries and runs the command line. */
export function loading({ app }) {
	const script = (name, text) => [write(app, `loading/${name}`, text)];
	return [
		{
			name: 'import and require give one instance of every name',
			check: () => prints('one', 'node', script('one.js', ONE_INSTANCE)),
		},
		{
			name: 'require works for all entries but register, which is exported for import only',
			check: () => prints('function function ERR_PACKAGE_PATH_NOT_EXPORTED', 'node', script('require.cjs', REQUIRE)),
		},
		{
			name: 'the CommonJS build works, and imports packages that are ESM only',
			check: () => prints('function none', 'node', script('build.cjs', CJS_BUILD)),
		},
		{
			name: 'loading the decorators loads no SDK',
			check: () =>
				prints(
					'@opentelemetry/api agentese-otel agentese-otel-core reflect-metadata',
					'node',
					script('no-sdk.js', NO_SDK),
				),
		},
		{
			name: 'loading the decorators loads few files of this package',
			async check() {
				const { output } = await run('node', script('few-files.js', FEW_FILES));
				if (!(Number(output) > 0 && Number(output) <= 6))
					throw new Error(`at most 6 files may be loaded, and it got ${output.trim()}`);
			},
		},
		{
			name: "loading the presets loads OpenTelemetry's API alone, no SDK, no zod and nothing of the command line",
			check: () => prints('@opentelemetry/api', 'node', script('loaded-by-presets.js', LOADED_BY_PRESETS)),
		},
		{
			name: 'npx agentese-otel prints its version, and flushes a project without pending requests',
			async check() {
				await prints(VERSION, 'npx', ['--no-install', 'agentese-otel', '--version'], { cwd: app });
				const outbox = join(app, '.agentese/outbox');
				await prints(`Nothing waits in ${outbox}.`, 'npx', ['--no-install', 'agentese-otel', 'flush'], { cwd: app });
			},
		},
		{
			name: 'npx agentese-otel --version --json lists the bundled packages',
			async check() {
				const printed = await must('npx', ['--no-install', 'agentese-otel', '--version', '--json'], { cwd: app });
				const { name, version, bundled } = JSON.parse(printed);
				const { components } = JSON.parse(readFileSync(join(app, 'node_modules/agentese-otel/sbom.cdx.json'), 'utf8'));
				if (
					name !== 'agentese-otel' ||
					version !== VERSION ||
					bundled.length !== components.length ||
					bundled.length < 20
				)
					throw new Error(printed);
				const sdk = bundled.find((one) => one.name === '@opentelemetry/sdk-trace');
				if (sdk?.license !== 'Apache-2.0' || !/^\d+\.\d+\.\d+$/.test(sdk.version)) throw new Error(printed);
			},
		},
		{
			name: 'node --import agentese-otel/register starts before the application',
			check: () =>
				prints(
					'started',
					'node',
					['--import', 'agentese-otel/register', ...script('app.js', "console.log('started');")],
					{
						cwd: app,
						env: { OTEL_SDK_DISABLED: 'true' },
					},
				),
		},
	];
}
