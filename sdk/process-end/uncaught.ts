/**
 * Runs `wait` when an error that nobody catches is about to end the process, and then throws it again, so that Node
 * prints it and ends with the code that it has for it.
 *
 * Where others listen to uncaught errors they decide, and while they run we are out of the list: Sentry and its like
 * count the listeners, and leave the process to the others if there are any.
 *
 * @param wait - what the process waits for; resolves, and within a bounded time
 * @param meanwhile - what is begun where others decide
 * @returns takes the listener out again
 */
export function onUncaught(wait: () => Promise<unknown>, meanwhile: () => void): () => void {
	let listening = true;
	let first: (() => void) | undefined;

	const onError: NodeJS.UncaughtExceptionListener = (error) => {
		process.removeListener('uncaughtException', onError);
		if (process.listenerCount('uncaughtException') > 0) {
			meanwhile();
			setImmediate(() => {
				if (listening) process.prependListener('uncaughtException', onError);
			});
			return;
		}
		if (first !== undefined) {
			first();
			return;
		}
		first = () => {
			process.removeListener('uncaughtException', onError);
			// They have seen this error.
			process.removeAllListeners('uncaughtExceptionMonitor');
			raise(error);
		};
		// A second error meanwhile ends the process at once, by the first one.
		process.prependListener('uncaughtException', onError);
		void wait().then(() => first?.());
	};

	process.prependListener('uncaughtException', onError);
	return () => {
		listening = false;
		process.removeListener('uncaughtException', onError);
	};
}

/**
 * In a turn of its own: what a listener of `uncaughtException` throws ends the process with another code. And in a
 * microtask: Node then shows the line of source that made the error, and not the one that throws it here (measured).
 */
function raise(error: Error): void {
	setImmediate(() => {
		queueMicrotask(() => {
			throw error;
		});
	});
}
