import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const ROOT = new URL('../', import.meta.url);

/** The longest part of a message without a value in it, as it is said. */
function words(message: string): string {
	const parts = message.split(/\$\{[^}]*\}|"…"|['`"]/).map((part) => part.replace(/[.;,:(].*$/, '').trim());
	return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

const TEXT = "(?:'([^']*)'|`([^`]*)`)";

/** What is said once under a key, what is said at any level, and what is said when telemetry starts. */
const SAYS = [
	new RegExp(`warn(?:Once|OnceOnStderr)\\(\\s*(?:'[^']*'|\`[^\`]*\`),\\s*${TEXT}`, 'g'),
	new RegExp(`(?:writeStderr|log)\\(\\s*${TEXT}`, 'g'),
	new RegExp(`(?:notices|faults)\\.push\\(\\s*${TEXT}`, 'g'),
];

it('the page of messages explains each one that is said', () => {
	const page = readFileSync(new URL('docs/troubleshooting.md', ROOT), 'utf8').replace(/\s+/g, ' ');
	const files = globSync(['{lib,delivery,presets,config,sdk}/**/*.ts'], { cwd: ROOT });
	const messages = files.flatMap((file) => {
		const text = readFileSync(new URL(file, ROOT), 'utf8');
		return SAYS.flatMap((says) => [...text.matchAll(says)].map(([, plain, template]) => plain ?? template ?? ''));
	});
	expect(messages.length).toBeGreaterThan(60);
	const missing = messages.map(words).filter((part) => part !== '' && !page.includes(part));
	expect(missing).toEqual([]);
});
