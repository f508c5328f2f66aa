// Imported as a namespace: importing a name that Node does not have would fail before our own message.
import * as nodeModule from 'node:module';

/**
 * Returns why the presets cannot run on this version of Node, and what to do; undefined if they can. They need
 * `module.findPackageJSON`, which Node 22.14 introduced.
 */
export function unsupportedNode(): string | undefined {
	if (typeof nodeModule.findPackageJSON === 'function') return undefined;
	return (
		`this is Node ${process.version}, and the presets need 22.18 or newer, so no telemetry is started. ` +
		'Decorators and the application run without it. Start the application with a newer Node.'
	);
}
