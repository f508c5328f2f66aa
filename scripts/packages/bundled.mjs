// What is inside `agentese-otel`: the packages in its files, their licences, and the bill of materials.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../fresh.mjs';
import { MAIN } from './entries.mjs';
import { CHANGED } from './upstream.mjs';

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** The licences that a bundled package may have. Another one needs a decision. */
const LICENCES = ['Apache-2.0', 'MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause'];

/** A file of a package that is not its own licence. */
const LICENCE_FILE = /^licen[cs]e(\.|$)/i;
const NOTICE_FILE = /^notice(\.|$)/i;

/**
 * Returns the packages that have a byte in the outputs of a build, by name.
 *
 * @param metafile - esbuild's
 * @returns name, version, SPDX licence, the licence's text, and the text of its own changes if there are any
 * @throws Error with every package whose licence is not one of `LICENCES`, that has no licence file, or that has a NOTICE file: the
 *   Apache licence asks to pass that on
 */
export function bundledPackages({ outputs }) {
	const folders = new Set();
	for (const { inputs } of Object.values(outputs))
		for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
			const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
			if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
		}
	const faults = [];
	const packages = [...folders].map((folder) => {
		const { name, version, license } = readJson(ROOT, folder, 'package.json');
		const files = readdirSync(join(ROOT, folder));
		const licenceFile = files.find((file) => LICENCE_FILE.test(file));
		const notice = files.find((file) => NOTICE_FILE.test(file));
		if (!LICENCES.includes(license)) faults.push(`${name} has the licence ${license}, which is not decided on.`);
		if (licenceFile === undefined) faults.push(`${name} has no licence file.`);
		if (notice !== undefined) faults.push(`${name} has ${notice}, which must be passed on.`);
		const text = licenceFile === undefined ? '' : readFileSync(join(ROOT, folder, licenceFile), 'utf8').trim();
		return { name, version, license, text, path: folder, changes: CHANGED[name] };
	});
	const unknown = Object.keys(CHANGED).filter((name) => !packages.some((one) => one.name === name));
	for (const name of unknown) faults.push(`${name} is changed by scripts/packages/upstream.mjs and is not bundled.`);
	if (faults.length > 0) throw new Error(`The packages inside ${MAIN} cannot be published:\n${faults.join('\n')}`);
	return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns the text of THIRD-PARTY-LICENSES.txt. Packages with the same licence text share it. */
export function licencesOf(packages) {
	const byText = Map.groupBy(packages, ({ text }) => text);
	const sections = [...byText].map(([text, those]) => {
		const heads = those.map(({ name, version, license }) => `${name} ${version} (${license})`);
		return `${heads.join('\n')}\n\n${text}\n`;
	});
	const changed = packages.filter(({ changes }) => changes !== undefined);
	return [
		`The files of ${MAIN} contain the packages below, bundled by esbuild, each under its own licence.`,
		'Modules of these packages were changed:',
		changed.map(({ name, changes }) => `- ${name}: ${changes}`).join('\n'),
		...sections.map((section) => `${'-'.repeat(80)}\n${section}`),
	].join('\n\n');
}

/** The package URL of an npm package. */
const purlOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** Returns the bill of materials as CycloneDX 1.6. The hashes are those of the registry's tarballs, from the lockfile. */
export function billOf(packages, version) {
	const lock = readJson(ROOT, 'package-lock.json').packages;
	const components = packages.map(({ name, version: its, license, path, changes }) => {
		const [, algorithm, digest] = /^(sha512)-(.+)$/.exec(lock[path]?.integrity ?? '') ?? [];
		return {
			type: 'library',
			'bom-ref': purlOf(name, its),
			name,
			version: its,
			...(algorithm && { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }),
			licenses: [{ license: { id: license } }],
			purl: purlOf(name, its),
			...(changes && { pedigree: { notes: changes } }),
		};
	});
	return {
		$schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
		bomFormat: 'CycloneDX',
		specVersion: '1.6',
		version: 1,
		metadata: {
			component: {
				type: 'library',
				'bom-ref': purlOf(MAIN, version),
				name: MAIN,
				version,
				purl: purlOf(MAIN, version),
			},
		},
		components,
		dependencies: [{ ref: purlOf(MAIN, version), dependsOn: components.map((one) => one['bom-ref']) }],
	};
}
