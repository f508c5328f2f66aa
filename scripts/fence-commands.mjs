import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './fresh.mjs';

/** The programs that an `sh` fence may name. */
const COMMANDS = ['npm', 'npx', 'node', 'tsx', 'cd', 'git', 'ls', 'cat', 'curl', 'docker', 'export', 'kill'];
/** The npm commands that an `sh` fence may name. */
const NPM = ['ci', 'install', 'i', 'start', 'test', 'run', 'pack', 'ls'];

/**
 * Returns the first fault in the commands of an `sh` fence as a sentence, or undefined if there is none. A command must
 * begin with one of `COMMANDS`, and an npm script must be in package.json.
 */
export function faultOfCommands(code) {
	const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
	const commands = code
		.replaceAll('\\\n', ' ')
		.split(/\n|&&|\|/)
		.map((text) => text.replace(/#.*$/, '').trim().replace(/^\$ /, ''))
		.filter(Boolean);
	for (const command of commands) {
		const words = command.split(/\s+/).filter((word) => !/^[A-Z_]+=/.test(word));
		const [program, verb, name] = words;
		if (program === undefined) continue;
		if (!COMMANDS.includes(program))
			return `"${program}" is none of the commands a fence may name: ${COMMANDS.join(', ')}.`;
		if (program !== 'npm') continue;
		if (!NPM.includes(verb)) return `"npm ${verb}" is none of ${NPM.join(', ')}.`;
		const script = verb === 'run' ? name : verb;
		if (['run', 'start', 'test'].includes(verb) && !scripts[script]) return `package.json has no script "${script}".`;
	}
	return undefined;
}
