import type { SendObserver } from '../../delivery/sending/sender.js';
import type { Destination } from '../../delivery/sending/transport.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { LineFile } from './line-file.js';

/** Files of lines as the place of delivery: what stands there is written, and nothing is sent. */
export function destinationIn(file: LineFile): Destination {
	return {
		send: (body) =>
			file.append(body).then(
				() => ({ kind: 'taken', refused: 0 }),
				(error) => ({ kind: 'later', error }),
			),
		sendSync: (body) => file.appendSync(body),
		settleSync: () => file.settleSync(),
		// The files are closed by whoever can wait for it.
		close: () => undefined,
	};
}

/** Says once that a directory cannot be written to, whatever the signal. */
export function sendObserverOf(directory: string): SendObserver {
	const nothing = () => undefined;
	return {
		shown: directory,
		failed: (error) =>
			warnOnce(
				`json/write/${directory}`,
				`the json preset cannot write to ${directory}; what is made waits in memory, up to a limit, and stats() counts ` +
					'it. Make the directory writable, or name another one with json.directory.',
				error,
			),
		delivered: nothing,
		refused: nothing,
		reasonOf: String,
	};
}
