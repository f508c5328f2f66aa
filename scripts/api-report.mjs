// Writes what each entry exports to etc/*.api.md, as a reviewer reads it: `npm run api -- --update`. Without it, the reports
// that are committed are compared with the package as it is built now, and any difference fails: a change of the public API
// is then a diff in a review. In both cases a type in a signature that no entry exports fails, because a user cannot name
// it. API Extractor reads the types that the build writes; it brings a compiler of its own.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { build } from './build.mjs';
import { exportsOf, programOf } from './comments/public-names.mjs';
import { publicEntries } from './entries.mjs';
import { ROOT } from './fresh.mjs';

/** Options of the compiler that reads the types. They are those of a strict user. */
const COMPILER = {
	...{ target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', strict: true, skipLibCheck: true },
	lib: ['es2023', 'esnext.decorators', 'esnext.disposable', 'dom', 'dom.asynciterable'],
	types: ['node'],
};

/**
 * What is not reported: the tags of TSDoc that editors do not show, release tags, which the entries stand for, and comments,
 * which `npm run comments` checks.
 */
const IGNORED = { logLevel: 'none' };

const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } });
await build();
const TEMPORARY = join(ROOT, '.cache/api');
rmSync(TEMPORARY, { recursive: true, force: true });
mkdirSync(TEMPORARY, { recursive: true });
mkdirSync(join(ROOT, 'etc'), { recursive: true });

const entries = publicEntries();
const program = programOf(entries.map(({ source }) => source));
const importable = new Set(entries.flatMap(({ source }) => exportsOf(program, source).map(({ name }) => name)));
const changed = [];
for (const { report: name, types } of entries) {
	const entry = join(ROOT, types);
	const forgotten = new Set();
	const config = ExtractorConfig.prepare({
		configObjectFullPath: undefined,
		packageJsonFullPath: join(ROOT, 'package.json'),
		configObject: {
			projectFolder: ROOT,
			mainEntryPointFilePath: entry,
			compiler: { overrideTsconfig: { compilerOptions: COMPILER, files: [entry] } },
			apiReport: {
				enabled: true,
				reportFileName: name,
				reportFolder: join(ROOT, 'etc'),
				reportTempFolder: TEMPORARY,
			},
			docModel: { enabled: false },
			dtsRollup: { enabled: false },
			tsdocMetadata: { enabled: false },
			messages: {
				compilerMessageReporting: { default: { logLevel: 'error' } },
				extractorMessageReporting: {
					default: { logLevel: 'warning', addToApiReportFile: true },
					'ae-missing-release-tag': IGNORED,
					'ae-undocumented': IGNORED,
					'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: false },
					'ae-unresolved-link': IGNORED,
				},
				tsdocMessageReporting: { default: IGNORED },
			},
		},
	});
	const result = Extractor.invoke(config, {
		localBuild: values.update,
		messageCallback: (message) => {
			message.handled = true;
			if (message.messageId === 'ae-forgotten-export') {
				const [, symbol] = /"([^"]+)"/.exec(message.text);
				if (!importable.has(symbol)) forgotten.add(symbol);
			} else if (message.logLevel === 'error') console.error(message.formatMessageWithLocation(ROOT));
		},
	});
	if (result.errorCount > 0) process.exitCode = 1;
	const report = `${name}.api.md`;
	if (result.apiReportChanged) changed.push(report);
	const text = readFileSync(join(TEMPORARY, report), 'utf8');
	const names = text.match(/^export /gm)?.length ?? 0;
	console.log(`${name}: ${names} exports, ${forgotten.size} types in signatures that no entry exports.`);
	if (forgotten.size === 0) continue;
	console.error(`${[...forgotten].join(', ')}: export it from an entry, or change the signature that names it.`);
	process.exitCode = 1;
}
if (changed.length > 0 && !values.update) {
	console.error(
		`The public API differs from etc/${changed.join(', etc/')}. If that is meant: npm run api -- --update.`,
	);
	process.exitCode = 1;
}
