import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { ROOT } from '../fresh.mjs';
import { must } from '../run.mjs';

/** The largest tarball, in bytes. A larger one contains files that do not belong in it. */
const MAX_BYTES = 600_000;

/** The files that the tarball may contain. */
const SHIPS =
	/^(dist\/(esm|cjs)\/.+\.(js|d\.ts)|dist\/cjs\/package\.json|config\/schema\.json|model\/(agentese|upstream)\/[\w-]+\.yaml|model\/schemas\/\d+\.\d+\.\d+|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;

/** Returns the declaration files that the declarations of an entry import, itself included, with their texts. */
function declarationsOf(entry, seen = new Map()) {
	if (seen.has(entry) || !existsSync(entry)) return seen;
	const text = readFileSync(entry, 'utf8');
	seen.set(entry, text);
	for (const [, module] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g)) {
		declarationsOf(join(dirname(entry), `${module}.d.ts`), seen);
	}
	return seen;
}

/** Returns the checks of the tarball's files, of the dependencies that it installs, and by publint and attw. */
export function contents({ app, tarball, files, size }) {
	const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
	return [
		{
			name: `the tarball holds the two builds with their types, and three pages (${Math.round(size / 1000)} kB)`,
			check() {
				const others = files.filter((file) => !SHIPS.test(file));
				const missing = ['README.md', 'LICENSE', 'CHANGELOG.md'].filter((file) => !files.includes(file));
				if (others.length > 0) throw new Error(`not to be shipped: ${others.join(', ')}`);
				if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`);
				if (size > MAX_BYTES) throw new Error(`${size} bytes are more than ${MAX_BYTES}`);
			},
		},
		{
			name: 'an install brings one copy of each OpenTelemetry package, and of reflect-metadata',
			check() {
				const { packages } = JSON.parse(readFileSync(join(app, 'node_modules/.package-lock.json'), 'utf8'));
				const names = Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13));
				const watched = names.filter((name) => /^(@opentelemetry\/|reflect-metadata$)/.test(name));
				const twice = watched.filter((name, index) => watched.indexOf(name) !== index);
				if (twice.length > 0) throw new Error(`more than one copy of ${twice.join(', ')}`);
				for (const name of ['@opentelemetry/api', '@opentelemetry/sdk-trace', '@opentelemetry/core'])
					if (!watched.includes(name)) throw new Error(`${name} was not installed`);
			},
		},
		{
			name: 'npm sees no missing or invalid dependency',
			check: () => must('npm', ['ls', '--all', '--silent'], { cwd: app }),
		},
		{
			name: 'no type that a user imports names zod, whose major version would be a part of this package',
			check() {
				for (const entry of ['index', 'extend', 'sdk/index']) {
					const root = join(app, 'node_modules/agentese-otel/dist/esm', `${entry}.d.ts`);
					const declarations = [...declarationsOf(root)];
					if (declarations.length === 0) throw new Error(`${root} is missing`);
					const naming = declarations.filter(([, text]) => /['"]zod(\/[^'"]*)?['"]/.test(text));
					if (naming.length > 0) throw new Error(`${entry}: ${naming.map(([file]) => file).join(', ')}`);
				}
			},
		},
		{
			name: 'publint reports nothing',
			async check() {
				const bytes = readFileSync(tarball);
				const pack = { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) };
				const { messages, pkg } = await publint({ pack, strict: true });
				if (messages.length > 0) throw new Error(messages.map((message) => formatMessage(message, pkg)).join('\n'));
			},
		},
		{
			name: 'are-the-types-wrong finds the types right for ESM, CommonJS, bundlers and node10',
			check: () =>
				must('node', [attw, tarball, '--format', 'ascii', '--exclude-entrypoints', 'register', 'schema.json']),
		},
		{
			name: 'are-the-types-wrong finds the types of register right for ESM',
			check: () =>
				must('node', [attw, tarball, '--format', 'ascii', '--entrypoints', 'register', '--profile', 'esm-only']),
		},
	];
}
