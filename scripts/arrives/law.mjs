/**
 * The law of delivery: each record is held in one place, and counted there.
 *
 * @template {{ made: number, written: number, queued: number, dropped: number, onDisk?: number }} Counts
 * @param {Counts | undefined} counts - what `stats()` says of a signal
 * @returns {Counts & { onDisk: number }} the same, with a number of those on the disk in any case
 * @throws where they do not add up, or there are none
 */
export function lawful(counts) {
	if (counts === undefined) throw new Error('The law of delivery cannot hold: nothing was counted.');
	const { made, written, queued, dropped, onDisk = 0 } = counts;
	const none = [made, written, queued, dropped, onDisk].some((count) => !Number.isInteger(count) || count < 0);
	if (none || made !== written + queued + onDisk + dropped) {
		throw new Error(`The law made = written + queued + onDisk + dropped does not hold: ${JSON.stringify(counts)}`);
	}
	return { ...counts, onDisk };
}

/**
 * Sees to it that an application in which the law does not hold at its end, for one of the signals, does not end well:
 * that is its last word on stderr, and its exit code is another. A signal that ends it leaves no time to look.
 *
 * @template {{ stats(): { spans: Parameters<typeof lawful>[0], metricPoints: Parameters<typeof lawful>[0], logs: Parameters<typeof lawful>[0] } }} Telemetry
 * @param {Telemetry} telemetry
 * @returns {Telemetry} the same
 */
export function keepLaw(telemetry) {
	process.on('exit', () => {
		const { spans, metricPoints, logs } = telemetry.stats();
		for (const counts of [spans, metricPoints, logs]) lawful(counts);
	});
	return telemetry;
}
