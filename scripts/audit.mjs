// `npm run audit`: asks the registry for known vulnerabilities of everything that ends up in the packages: what is bundled, and
// what they depend on. An application's own audit does not see what is inside another package. It fails for a vulnerability
// of any severity; without a network it is skipped, and writes that.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { MAIN } from './packages/entries.mjs';
import { folderOf } from './packages/packages.mjs';
import { run } from './run.mjs';

/** The errors of npm for a registry that cannot be reached. */
const UNREACHABLE =
	/ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|network|audit endpoint returned an error/i;

await build();
const { components } = JSON.parse(readFileSync(join(folderOf(MAIN), 'sbom.cdx.json'), 'utf8'));
const bundled = new Set(components.map(({ name }) => name));
// The repository's dependencies are what is bundled, and what that depends on.
const { code, output } = await run('npm', ['audit', '--omit=dev', '--json', '--loglevel=error']);
let report;
try {
	report = JSON.parse(output.slice(output.indexOf('{')));
} catch {
	report = undefined;
}
if (report?.vulnerabilities === undefined) {
	if (!UNREACHABLE.test(output)) throw new Error(`npm audit ended with ${code}.\n${output}`);
	console.warn(`SKIPPED: the registry cannot be reached, so ${bundled.size} bundled packages were not audited.`);
} else {
	const found = Object.values(report.vulnerabilities).filter(({ name }) => bundled.has(name));
	for (const { name, severity, range, via } of found) {
		const titles = via.map((one) => (typeof one === 'string' ? one : `${one.title} ${one.url}`));
		console.error(`${name} ${range} is inside ${MAIN}: ${severity}. ${titles.join('; ')}`);
	}
	if (found.length > 0) process.exitCode = 1;
	else console.log(`${bundled.size} bundled packages, no known vulnerability.`);
}
