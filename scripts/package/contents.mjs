import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { ROOT } from '../fresh.mjs';
import { CORE, ENTRIES, MAIN } from '../packages/entries.mjs';
import { relativeLinks } from '../packages/pages.mjs';
import { must } from '../run.mjs';

/** The largest tarball of each package, in bytes. A larger one contains files that do not belong in it. */
const MAX_BYTES = { [CORE]: 600_000, [MAIN]: 1_800_000 };

/** The files that a tarball must contain. */
const PAGES = {
	[CORE]: ['README.md', 'LICENSE', 'CHANGELOG.md'],
	[MAIN]: ['README.md', 'LICENSE', 'CHANGELOG.md', 'THIRD-PARTY-LICENSES.txt', 'sbom.cdx.json', 'config/schema.json'],
};

/** The other files that a tarball may contain. */
const SHIPS =
	/^(dist\/(esm|cjs)\/.+\.(js|js\.map|d\.ts)|dist\/cjs\/package\.json|model\/(agentese|upstream)\/[\w-]+\.yaml|model\/schemas\/\d+\.\d+\.\d+|package\.json)$/;

/** The only packages that types may name: both packages depend on them. */
const NAMED_BY_TYPES = new Set(['@opentelemetry/api', CORE, `${CORE}/extend`]);

/** Returns the packages that the declarations of an installed package name, each with a file that does. */
function namedByTypes(root) {
	const named = new Map();
	for (const file of readdirSync(root, { recursive: true })) {
		if (!file.endsWith('.d.ts')) continue;
		const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
		for (const [, name] of code.matchAll(/(?:from|import\(|import|types=)\s*['"]([^'"]+)['"]/g)) named.set(name, file);
	}
	return named;
}

/** Returns the checks of one package's files, and by publint and attw. */
function contentsOf(app, { name, tarball, files, size }) {
	const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
	const esmOnly = ENTRIES.filter((entry) => entry.of === name && entry.formats === 'esm' && entry.name !== undefined);
	const excluded = [...esmOnly.map((entry) => entry.name.slice(2)), ...(name === MAIN ? ['schema.json'] : [])];
	return [
		{
			name: `the tarball of ${name} holds two builds with their types, and pages (${Math.round(size / 1000)} kB)`,
			check() {
				const others = files.filter((file) => !SHIPS.test(file) && !PAGES[name].includes(file));
				const missing = PAGES[name].filter((file) => !files.includes(file));
				if (others.length > 0) throw new Error(`not to be shipped: ${others.join(', ')}`);
				if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`);
				if (size > MAX_BYTES[name]) throw new Error(`${size} bytes are more than ${MAX_BYTES[name]}`);
			},
		},
		{
			name: `the pages of ${name} link to no file that is not there`,
			check() {
				for (const page of ['README.md', 'CHANGELOG.md']) {
					const links = relativeLinks(readFileSync(join(app, 'node_modules', name, page), 'utf8'));
					if (links.length > 0) throw new Error(`${page} links to ${links.join(', ')}`);
				}
			},
		},
		{
			name: `publint reports nothing about ${name}`,
			async check() {
				const bytes = readFileSync(tarball);
				const pack = { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) };
				const { messages, pkg } = await publint({ pack, strict: true });
				if (messages.length > 0) throw new Error(messages.map((message) => formatMessage(message, pkg)).join('\n'));
			},
		},
		{
			name: `are-the-types-wrong finds the types of ${name} right for ESM, CommonJS, bundlers and node10`,
			// Of `./internal/*` there are no types: it is for agentese-otel alone.
			check: () =>
				must('node', [
					...[attw, tarball, '--format', 'ascii', '--exclude-entrypoints'],
					...[...excluded, './internal/*'],
				]),
		},
		...esmOnly.map((entry) => ({
			name: `are-the-types-wrong finds the types of ${name}/${entry.name.slice(2)} right for ESM`,
			check: () =>
				must('node', [
					...[attw, tarball, '--format', 'ascii', '--profile', 'esm-only'],
					...['--entrypoints', entry.name.slice(2)],
				]),
		})),
	];
}

/** Returns the checks of the tarballs' files, and of the dependencies that they install. */
export function contents({ app, core, main }) {
	return [
		...contentsOf(app, core),
		...contentsOf(app, main),
		{
			name: 'npm sees no missing or invalid dependency',
			check: () => must('npm', ['ls', '--all', '--silent'], { cwd: app }),
		},
		{
			name: 'the packages have no install script, and each dependency is a range except for the core',
			check() {
				for (const name of [CORE, MAIN]) {
					const manifest = JSON.parse(readFileSync(join(app, 'node_modules', name, 'package.json'), 'utf8'));
					if (manifest.scripts !== undefined) throw new Error(`${name} has scripts`);
					for (const [dependency, range] of Object.entries(manifest.dependencies)) {
						const isExact = /^\d/.test(range);
						if (isExact !== (dependency === CORE)) throw new Error(`${name} depends on ${dependency} ${range}`);
					}
				}
			},
		},
		...[CORE, MAIN].map((name) => ({
			name: `the types of ${name} name no package that is not installed with it`,
			check() {
				const named = namedByTypes(join(app, 'node_modules', name, 'dist'));
				const others = [...named].filter(([specifier]) => !NAMED_BY_TYPES.has(specifier));
				if (others.length > 0) throw new Error(others.map(([specifier, file]) => `${file}: ${specifier}`).join('\n'));
			},
		})),
	];
}
