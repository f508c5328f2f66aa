import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { VERSION } from '../../../lib/runtime/version.js';

it('the version of the instrumentation scope is the one of package.json', () => {
	const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
		version: string;
	};
	expect(VERSION).toBe(version);
});
