import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);

/** The longest part of a message without a value in it, as it is said. */
function words(message: string): string {
	const parts = message.split(/\$\{[^}]*\}|"…"|['`"]/).map((part) => part.trim().replace(/[.;,:(].*$/, ''));
	return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

it('the page of messages explains each one that is said once', () => {
	const page = readFileSync(new URL('docs/troubleshooting.md', ROOT), 'utf8').replace(/\s+/g, ' ');
	const files = globSync(['lib/**/*.ts', 'presets/**/*.ts'], { cwd: ROOT });
	const messages = files.flatMap((file) => {
		const text = readFileSync(new URL(file, ROOT), 'utf8');
		return [...text.matchAll(/sayOnce\(\s*(?:'[^']*'|`[^`]*`),\s*(?:'([^']*)'|`([^`]*)`)/g)].map(
			([, plain, template]) => plain ?? template ?? '',
		);
	});
	expect(messages.length).toBeGreaterThan(25);
	const missing = messages.map(words).filter((part) => part !== '' && !page.includes(part));
	expect(missing).toEqual([]);
});
