import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedConfig, loadConfig } from '../../config/load.js';
import { temporary } from './children.js';

type Argument = Parameters<typeof loadConfig>[0];

/** A temporary project and home directory, without the environment variables of OpenTelemetry and the toolkit. */
export class ConfigRoom {
	readonly cwd = realpathSync(temporary());
	readonly home = realpathSync(temporary());
	readonly #before = { ...process.env };

	constructor() {
		for (const name of Object.keys(process.env)) if (/^(OTEL|AGENTESE)_/.test(name)) delete process.env[name];
		this.write('package.json', '{"name":"garden"}');
	}

	write(name: string, text: string, folder = this.cwd): string {
		const path = join(folder, name);
		mkdirSync(join(path, '..'), { recursive: true });
		writeFileSync(path, text);
		return path;
	}

	/** Writes the user's `~/.kgents/telemetry.yaml`. */
	writeUserFile(text: string): string {
		return this.write('.kgents/telemetry.yaml', text, this.home);
	}

	load(argument?: Argument): Promise<LoadedConfig> {
		return loadConfig(argument, { cwd: this.cwd, home: this.home });
	}

	/** The message of the ConfigurationError, with `<cwd>` and `<home>` in place of the directories. */
	async refusal(argument?: Argument): Promise<string> {
		const result = await this.load(argument).catch((error: Error) => error);
		if (!(result instanceof Error)) throw new Error('The config was accepted.');
		return result.message.replaceAll(this.cwd, '<cwd>').replaceAll(this.home, '<home>');
	}

	leave(): void {
		for (const name of Object.keys(process.env)) if (!(name in this.#before)) delete process.env[name];
		Object.assign(process.env, this.#before);
		for (const folder of [this.cwd, this.home]) rmSync(folder, { recursive: true });
	}
}
