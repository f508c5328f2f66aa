import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A package whose code is inside the files of this one. */
export interface BundledPackage {
	readonly name: string;
	readonly version: string;
	/** The SPDX identifier of its licence. */
	readonly license: string;
}

/** The part of the bill of materials that is read, CycloneDX 1.6. */
interface Bill {
	readonly components: readonly {
		readonly name: string;
		readonly version: string;
		readonly licenses: readonly { readonly license: { readonly id: string } }[];
	}[];
}

/**
 * Returns the packages that are inside this one, by the bill of materials beside its package.json; an empty list in the
 * repository, where nothing is bundled.
 */
export function bundledPackages(): BundledPackage[] {
	let folder = dirname(fileURLToPath(import.meta.url));
	while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
	const file = join(folder, 'sbom.cdx.json');
	if (!existsSync(file)) return [];
	const { components } = JSON.parse(readFileSync(file, 'utf8')) as Bill;
	return components.map(({ name, version, licenses }) => ({ name, version, license: licenses[0]?.license.id ?? '' }));
}
