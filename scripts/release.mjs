// `npm run release`: publishes both packages, the core first, with provenance. `-- --dry-run` shows what would be published and
// changes nothing.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { ROOT } from './fresh.mjs';
import { pack } from './pack.mjs';
import { CORE, MAIN } from './packages/entries.mjs';
import { folderOf } from './packages/packages.mjs';
import { must } from './run.mjs';

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });

const kB = (bytes) => `${Math.round(bytes / 1000)} kB`;

/** Returns why the release may not be published now, each reason as a sentence with the way out. */
function obstacles(version) {
	const found = [];
	const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
	if (git('status', '--porcelain') !== '') found.push('the working tree has changes: commit them');
	const tag = `v${version}`;
	if (!git('tag', '--points-at', 'HEAD').split('\n').includes(tag))
		found.push(`HEAD has no tag ${tag}: git tag ${tag}`);
	const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
	if (!new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d{2}-\\d{2}$`, 'm').test(changelog))
		found.push(`CHANGELOG.md has no dated section of ${version}: replace "Unreleased" by the day`);
	if (!process.env.ACTIONS_ID_TOKEN_REQUEST_URL)
		found.push('provenance needs the identity of a workflow: publish from CI, with the permission id-token: write');
	return found;
}

/** Prints what one package would publish. */
function show({ name, files, size, unpackedSize }) {
	const manifest = JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8'));
	const list = (dependencies = {}) =>
		Object.entries(dependencies)
			.map(([other, range]) => `${other} ${range}`)
			.join(', ') || 'none';
	console.log(`${name} ${manifest.version}: ${files.length} files, ${kB(size)} packed, ${kB(unpackedSize)} unpacked`);
	console.log(`  entries       ${Object.keys(manifest.exports).join(', ')}`);
	console.log(`  dependencies  ${list(manifest.dependencies)}`);
	console.log(`  peers         ${list(manifest.peerDependencies)}`);
	const optional = Object.keys(manifest.peerDependenciesMeta ?? {});
	if (optional.length > 0) console.log(`  optional      ${optional.join(', ')}`);
	console.log(`  repository    ${manifest.repository.url}`);
	console.log(`  access        ${manifest.publishConfig.access}, provenance ${manifest.publishConfig.provenance}`);
	for (const file of files.filter((path) => !/^dist\//.test(path))) console.log(`  file          ${file}`);
	console.log(`  file          dist/: ${files.filter((path) => /^dist\//.test(path)).length} files`);
	if (name !== MAIN) return;
	const { components } = JSON.parse(readFileSync(join(folderOf(name), 'sbom.cdx.json'), 'utf8'));
	console.log(`  bundled       ${components.map((one) => `${one.name} ${one.version}`).join(', ')}`);
}

await build();
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const found = obstacles(version);
if (values['dry-run']) {
	const to = mkdtempSync(join(tmpdir(), 'agentese-release-'));
	try {
		for (const name of [CORE, MAIN]) show(await pack(name, to));
	} finally {
		rmSync(to, { recursive: true });
	}
	for (const obstacle of found) console.log(`A release would be refused: ${obstacle}.`);
	console.log('Nothing was published.');
} else if (found.length > 0) {
	console.error(`Nothing was published: ${found.join('; ')}.`);
	process.exitCode = 1;
} else {
	// The core first: until it is there, nobody can install the other one.
	for (const name of [CORE, MAIN]) console.log(await must('npm', ['publish'], { cwd: folderOf(name) }));
}
