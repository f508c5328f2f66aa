// Rolls the declarations of an entry up to one file. API Extractor brings the compiler with which it reads them.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { ROOT } from '../fresh.mjs';

/** Options of the compiler that reads the types. They are those of a strict user. */
export const COMPILER = {
	...{ target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', strict: true, skipLibCheck: true },
	lib: ['es2023', 'esnext.decorators', 'esnext.disposable', 'dom', 'dom.asynciterable'],
	types: ['node'],
};

/**
 * Rolls one entry up.
 *
 * @param input - the declaration file of the entry, an absolute path
 * @param output - the file to write, an absolute path
 * @throws Error with every message of API Extractor that is an error
 */
export function rollTypes(input, output) {
	rmSync(output, { force: true });
	const config = ExtractorConfig.prepare({
		configObjectFullPath: undefined,
		packageJsonFullPath: join(ROOT, 'package.json'),
		configObject: {
			projectFolder: ROOT,
			mainEntryPointFilePath: input,
			compiler: { overrideTsconfig: { compilerOptions: COMPILER, files: [input] } },
			apiReport: { enabled: false, reportFileName: 'unused' },
			docModel: { enabled: false },
			dtsRollup: { enabled: true, untrimmedFilePath: output, omitTrimmingComments: true },
			tsdocMetadata: { enabled: false },
			messages: {
				compilerMessageReporting: { default: { logLevel: 'error' } },
				extractorMessageReporting: { default: { logLevel: 'none' } },
				tsdocMessageReporting: { default: { logLevel: 'none' } },
			},
		},
	});
	const errors = [];
	const { succeeded } = Extractor.invoke(config, {
		localBuild: true,
		messageCallback: (message) => {
			message.handled = true;
			if (message.logLevel === 'error') errors.push(message.formatMessageWithLocation(ROOT));
		},
	});
	if (!succeeded) throw new Error(`The types of ${input} could not be rolled up.\n${errors.join('\n')}`);
}
