/** Checked by the compiler, never run: a wrong config is one error that names the key, whatever the overloads. */

import { definePreset } from '../../extend.js';
import { ConfigurationError, defineConfig, loadConfig, nodeSdkConfiguration, startTelemetry } from '../../sdk/index.js';

export async function starts(): Promise<unknown[]> {
	return [
		await startTelemetry(),
		await startTelemetry('agentese.config.yaml'),
		await startTelemetry({ preset: ['json', 'otlp'], environment: 'test', serviceVersion: undefined }),
		await startTelemetry({ preset: './roll.ts', roll: { lines: 3 }, sampling: { rate: 1 } }),
		await loadConfig({ preset: ['json', '@garden/roll'], roll: {} }, { cwd: '.' }),
		await nodeSdkConfiguration({ capture: { arguments: 'metadata', maxBytes: '2 KiB' } }),
		defineConfig({ redact: { replace: (key, value) => (key.length > 3 ? value : undefined) } }),
		defineConfig({ preset: './roll.ts', roll: {} }),
		definePreset({ name: 'roll', create: () => ({}) }),
	];
}

export function refuses(): unknown[] {
	return [
		startTelemetry({
			preset: 'json',
			// @ts-expect-error: only this key is wrong
			sampling: { rat: 1 },
		}),
		loadConfig({
			preset: ['json', 'otlp'],
			// @ts-expect-error: only this word is wrong
			spanName: 'pth',
		}),
		nodeSdkConfiguration({
			preset: 'json',
			// @ts-expect-error: only this section is unknown
			roll: {},
		}),
		defineConfig({
			preset: 'prometheus',
			// @ts-expect-error: only this key is wrong
			prometheus: { server: false },
		}),
		new ConfigurationError([]).faults,
	];
}
