// `npm run weaver`: checks the model in model/ with OpenTelemetry Weaver. Further arguments are Weaver's:
// `npm run weaver -- --policy <folder>` adds policies.
import { spawnSync } from 'node:child_process';
import { ROOT } from './fresh.mjs';
import { OWN } from './model/read.mjs';

const args = ['registry', 'check', '--registry', OWN, ...process.argv.slice(2)];
const { error, status } = spawnSync('weaver', args, { cwd: ROOT, stdio: 'inherit' });
if (error !== undefined) {
	console.error(`\`weaver ${args.join(' ')}\` could not be started: ${error.message}.`);
	console.error('Weaver is on no package registry. Three ways to get it:');
	console.error('- a binary of https://github.com/open-telemetry/weaver/releases, on the PATH');
	console.error('- cargo build --release, in a clone of https://github.com/open-telemetry/weaver');
	console.error(`- docker run --rm -v "$PWD:/home/weaver/source" -w /home/weaver/source otel/weaver ${args.join(' ')}`);
	console.error('`npm run model -- --check` checks the same model without it.');
}
process.exitCode = error === undefined ? (status ?? 1) : 1;
