import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { packageState } from '../../../sdk/preflight/find-package.js';
import { otelVersions } from '../../../sdk/preflight/otel-versions.js';
import { temporary } from '../../support/children.js';

let application: string;
let toolkit: string;

beforeEach(() => {
	application = realpathSync(temporary());
	toolkit = join(application, 'node_modules/agentese-otel');
	packageState.register = join(toolkit, 'register.js');
	install('', 'agentese-otel', '0.1.0');
});
afterEach(() => {
	packageState.register = undefined;
	rmSync(application, { recursive: true, force: true });
});

function install(below: string, name: string, version: string): void {
	const folder = join(application, below, 'node_modules', name);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version }));
}

const found = () => JSON.parse(JSON.stringify(otelVersions(application)).replaceAll(application, '<app>'));

describe('otelVersions()', () => {
	it('accepts one copy of the API 1.10', () => {
		install('', '@opentelemetry/api', '1.10.0');
		expect(found()).toEqual({});
	});

	it('refuses an API below 1.10, with what works and what to do', () => {
		install('', '@opentelemetry/api', '1.9.1');
		expect(found()).toEqual({
			refused:
				'the toolkit finds @opentelemetry/api 1.9.1 (<app>/node_modules/@opentelemetry/api), which belongs to ' +
				'OpenTelemetry 2.x; the presets need 1.10, of OpenTelemetry 3.x. Decorators work with an SDK that the ' +
				'application starts itself; presets, the config and auto-instrumentation do not. Update to the packages of ' +
				'3.x and npm i ' +
				'@opentelemetry/api@1.10, or start your own SDK.',
		});
	});

	it("refuses an SDK of 2.x beside the toolkit's own API", () => {
		install('', '@opentelemetry/api', '1.9.0');
		install('', '@opentelemetry/sdk-node', '0.211.0');
		install('node_modules/agentese-otel', '@opentelemetry/api', '1.10.0');
		expect(found()).toEqual({
			refused: expect.stringMatching(
				/^the application has @opentelemetry\/sdk-node 0\.211\.0 and @opentelemetry\/api 1\.9\.0 \(/,
			),
		});
	});

	it('warns of two copies of the API, with how to keep one', () => {
		install('', '@opentelemetry/api', '1.10.1');
		install('', '@opentelemetry/sdk-node', '0.300.0');
		install('node_modules/agentese-otel', '@opentelemetry/api', '1.10.0');
		expect(found()).toEqual({
			warned:
				'there are two copies of @opentelemetry/api: 1.10.1 in <app>/node_modules/@opentelemetry/api, which the ' +
				'application uses, and 1.10.0 in <app>/node_modules/agentese-otel/node_modules/@opentelemetry/api. An SDK ' +
				'that is registered through one of them may be unknown to the other. Keep one copy: npm dedupe, or npm i ' +
				'@opentelemetry/api@1.10.0.',
		});
	});
});
