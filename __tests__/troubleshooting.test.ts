import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const ROOT = new URL('../', import.meta.url);

/** The longest part of a message's template without a value in it. */
function words(message: string): string {
	const parts = message.split(/\$\{[^}]*\}|"…"|['`"]/).map((part) => part.replace(/[.;,:(].*$/, '').trim());
	return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

const TEXT = "(?:'([^']*)'|`([^`]*)`)";

/** Calls that log once under a key, that write to stderr or log at any level, and notices of the start. */
const LOG_CALLS = [
	new RegExp(`warn(?:Once|OnceOnStderr)\\(\\s*(?:'[^']*'|\`[^\`]*\`),\\s*${TEXT}`, 'g'),
	new RegExp(`(?:writeStderr|log)\\(\\s*${TEXT}`, 'g'),
	new RegExp(`(?:notices|faults)\\.push\\(\\s*${TEXT}`, 'g'),
];

it('docs/troubleshooting.md explains each message that is logged', () => {
	const page = readFileSync(new URL('docs/troubleshooting.md', ROOT), 'utf8').replace(/\s+/g, ' ');
	const files = globSync(['{lib,delivery,presets,config,sdk}/**/*.ts'], { cwd: ROOT });
	const messages = files.flatMap((file) => {
		const text = readFileSync(new URL(file, ROOT), 'utf8');
		return LOG_CALLS.flatMap((call) => [...text.matchAll(call)].map(([, plain, template]) => plain ?? template ?? ''));
	});
	expect(messages.length).toBeGreaterThan(60);
	const missing = messages.map(words).filter((part) => part !== '' && !page.includes(part));
	expect(missing).toEqual([]);
});
