// As a namespace: a name that Node does not have could not be linked, and nothing of ours would be said.
import * as nodeModule from 'node:module';

/** Why the presets cannot run on this Node, and what to do; undefined where they can. */
export function unsupportedNode(): string | undefined {
	if (typeof nodeModule.findPackageJSON === 'function') return undefined;
	return (
		`this is Node ${process.version}, and the presets need 22.18 or newer, so that no telemetry is started. ` +
		'Decorators and the application run as they are. Start it with a newer Node.'
	);
}
