import type { SendObserver } from '../../delivery/sending/sender.js';
import type { Destination } from '../../delivery/sending/transport.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { LineFile } from './line-file.js';

/** Returns the transport that appends request bodies to a file. A body that is in the file counts as accepted. */
export function destinationFor(file: LineFile): Destination {
	return {
		send: (body) =>
			file.append(body).then(
				() => ({ kind: 'accepted', rejected: 0 }),
				(error) => ({ kind: 'retry', error }),
			),
		sendSync: (body) => file.appendSync(body),
		settleSync: () => file.settleSync(),
		// `JsonPipeline.shutdown` closes the files, because it can wait until they are closed.
		close: () => undefined,
	};
}

/** Returns the observer that reports once, for all signals together, that the directory cannot be written to. */
export function sendObserverOf(directory: string): SendObserver {
	const ignore = () => undefined;
	return {
		target: directory,
		failed: (error) =>
			warnOnce(
				`json/write/${directory}`,
				`the json preset cannot write to ${directory}; telemetry waits in memory, up to a limit, and stats() counts ` +
					'what is lost. Make the directory writable, or set json.directory to another one.',
				error,
			),
		failedAlone: ignore,
		delivered: ignore,
		refused: ignore,
		reasonOf: String,
	};
}
