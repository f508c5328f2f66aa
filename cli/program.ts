import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LEGAL_TIME, milliseconds } from '../delivery/common/quantity.js';
import { VERSION } from '../lib/runtime/version.js';
import { UsageError } from './common/usage-error.js';

/** Nothing is left to do; something is; the command was not understood, or the config is faulty. */
const [DONE, LEFT, WRONG] = [0, 1, 2];

interface Said {
	config?: string;
	timeout: number;
	json?: true;
}

/** Runs what the words ask for, and answers the exit code. Never rejects. */
export async function run(words: readonly string[]): Promise<number> {
	let code = DONE;
	const program = new Command('agentese-otel')
		.description('What can be done by hand around the telemetry of agentese-otel.')
		.version(VERSION, '-V, --version', 'say the version')
		.helpOption('-h, --help', 'say this')
		.helpCommand(false)
		.exitOverride();
	program
		.command('flush')
		.summary('send what lies in an outbox')
		.description(
			'Sends what processes that are gone have left in an outbox to the backends of the config, and says what it did.\n' +
				'What a living process holds is left to that process, and waited for.',
		)
		.argument('[directory]', 'the outbox; else that of the config')
		.option('-c, --config <file>', "the application's config; else it is found as the application finds it")
		.addOption(
			new Option('-t, --timeout <time>', 'how long to wait for a backend that is away, such as 30s or 5min')
				.default(30_000, '30s')
				.argParser(timeOf),
		)
		.option('--json', 'say it as one line of JSON')
		.addHelpText('after', '\nExit code: 0 if nothing is left, 1 if something is, 2 for wrong use or a faulty config.')
		.action(async (directory: string | undefined, { config, timeout, json }: Said) => {
			const [{ flush }, { asJson, asText, isEmpty }] = await Promise.all([
				import('./flush/flush.js'),
				import('./flush/report.js'),
			]);
			const report = await flush({ directory, config, timeout });
			process.stdout.write(json ? asJson(report) : asText(report));
			code = isEmpty(report) ? DONE : LEFT;
		});
	try {
		await program.parseAsync(words, { from: 'user' });
		return code;
	} catch (error) {
		return codeOf(error);
	}
}

/** What went wrong is said by commander already, or here. */
function codeOf(error: unknown): number {
	if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG;
	const { name, message } = error as Error;
	process.stderr.write(`agentese-otel: ${message ?? String(error)}\n`);
	return error instanceof UsageError || name === 'ConfigurationError' ? WRONG : LEFT;
}

function timeOf(text: string): number {
	const time = milliseconds(text);
	if (time === undefined || time <= 0) throw new InvalidArgumentError(`It is ${LEGAL_TIME}, and more than 0.`);
	return time;
}
