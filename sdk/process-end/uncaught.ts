import { platform } from '../../lib/runtime/platform.js';
/**
 * Runs `wait` when an uncaught error is about to end the process, and then throws the error again, so that Node prints
 * it and exits with its usual code.
 *
 * If there are other listeners of `uncaughtException`, they decide whether the process ends. While they run this
 * listener is not in the list: Sentry and similar libraries count the listeners, and do not end the process if there
 * are others.
 *
 * @param wait - what the process waits for; must resolve within a bounded time
 * @param meanwhile - called if other listeners decide
 * @returns a function that removes the listener
 */
export function onUncaught(wait: () => Promise<unknown>, meanwhile: () => void): () => void {
	let listening = true;
	/** Throws the first error again; undefined until there is one. */
	let rethrowFirst: (() => void) | undefined;

	const onError: NodeJS.UncaughtExceptionListener = (error) => {
		process.removeListener('uncaughtException', onError);
		if (process.listenerCount('uncaughtException') > 0) {
			meanwhile();
			platform.setImmediate(() => {
				if (listening) process.prependListener('uncaughtException', onError);
			});
			return;
		}
		if (rethrowFirst !== undefined) {
			rethrowFirst();
			return;
		}
		rethrowFirst = () => {
			process.removeListener('uncaughtException', onError);
			// The monitors were already called with this error.
			process.removeAllListeners('uncaughtExceptionMonitor');
			rethrow(error);
		};
		// A second error while `wait` runs ends the process at once, with the first error.
		process.prependListener('uncaughtException', onError);
		void wait().then(() => rethrowFirst?.());
	};

	process.prependListener('uncaughtException', onError);
	return () => {
		listening = false;
		process.removeListener('uncaughtException', onError);
	};
}

/**
 * Throws an error again. In another turn of the loop, because an error that a listener of `uncaughtException` throws
 * ends the process with another exit code. And in a microtask, because Node then prints the source line that created
 * the error, and not the line that throws it here (measured).
 */
function rethrow(error: Error): void {
	platform.setImmediate(() => {
		platform.queueMicrotask(() => {
			throw error;
		});
	});
}
