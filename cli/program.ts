import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LEGAL_TIME, milliseconds } from '../delivery/common/quantity.js';
import { SCOPE, VERSION } from '../lib/runtime/version.js';
import { bundledPackages } from './common/bundled-packages.js';
import { UsageError } from './common/usage-error.js';

/** The exit codes: nothing is left; something is left or failed; wrong use or a faulty config. */
const [DONE, LEFT, WRONG] = [0, 1, 2];

/** The options of `flush`, as commander parses them. */
interface FlushFlags {
	config?: string;
	/** In milliseconds. */
	timeout: number;
	refused?: boolean;
	json?: true;
}

/**
 * Runs the program: parses the arguments, runs the command, and prints its report or why it failed. Never rejects.
 *
 * @param args - the arguments after the name of the program
 * @returns the exit code
 */
export async function run(args: readonly string[]): Promise<number> {
	let code = DONE;
	if (args.length === 2 && args.includes('--json') && args.some((arg) => arg === '--version' || arg === '-V')) {
		process.stdout.write(`${JSON.stringify({ name: SCOPE, version: VERSION, bundled: bundledPackages() })}\n`);
		return DONE;
	}
	// `exitOverride` makes commander throw instead of exiting, so that stdout is written to its end.
	const program = new Command('agentese-otel')
		.description('Commands for the telemetry of agentese-otel.')
		.version(VERSION, '-V, --version', 'print the version; with --json also the packages that are bundled')
		.helpOption('-h, --help', 'print this help')
		.helpCommand(false)
		.exitOverride();
	program
		.command('flush')
		.summary('send what waits in an outbox')
		.description(
			'Sends what exited processes have left in an outbox to the backends of the config, and prints what it did.\n' +
				'What a living process holds is sent by that process, which is waited for.',
		)
		.argument('[directory]', 'the outbox (default: that of the config)')
		.option('-c, --config <file>', "the application's config (default: found as the application finds it)")
		.addOption(
			new Option('-t, --timeout <time>', 'how long to wait for an unreachable backend, such as 30s or 5min')
				.default(30_000, '30s')
				.argParser(timeOf),
		)
		.option('--refused', 'send again what the backends have refused, too')
		.option('--json', 'print the report as one line of JSON')
		.addHelpText('after', '\nExit code: 0 if nothing is left, 1 if something is, 2 for wrong use or a faulty config.')
		.action(async (directory: string | undefined, { config, timeout, refused = false, json }: FlushFlags) => {
			// Imported here, so that the help and the version do not load the SDK.
			const [{ flush }, { asJson, asText, isEmpty }] = await Promise.all([
				import('./flush/flush.js'),
				import('./flush/report.js'),
			]);
			const report = await flush({ directory, config, timeout, refused });
			process.stdout.write(json ? asJson(report) : asText(report));
			code = isEmpty(report) ? DONE : LEFT;
		});
	try {
		await program.parseAsync(args, { from: 'user' });
		return code;
	} catch (error) {
		return codeOf(error);
	}
}

/** Returns the exit code for an error, and prints its message unless commander has. */
function codeOf(error: unknown): number {
	if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG;
	const { name, message } = error as Error;
	process.stderr.write(`agentese-otel: ${message ?? String(error)}\n`);
	return error instanceof UsageError || name === 'ConfigurationError' ? WRONG : LEFT;
}

/** Parses `--timeout`. @throws InvalidArgumentError if it is not a duration of more than 0 */
function timeOf(text: string): number {
	const time = milliseconds(text);
	if (time === undefined || time <= 0) throw new InvalidArgumentError(`It must be ${LEGAL_TIME}, and more than 0.`);
	return time;
}
