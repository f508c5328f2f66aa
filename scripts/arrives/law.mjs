/**
 * Checks the law of delivery: every record that was made is counted as exactly one of written, queued, on disk and
 * dropped.
 *
 * @template {{ created: number, delivered: number, queued: number, dropped: number, onDisk?: number }} Counts
 * @param {Counts | undefined} counts - a signal's counts in `stats()`
 * @returns {Counts & { onDisk: number }} the same counts; `onDisk` is 0 if it was undefined
 * @throws if the counts do not add up, if one of them is no integer or negative, or if there are none
 */
export function lawful(counts) {
	if (counts === undefined) throw new Error('The law of delivery cannot hold: nothing was counted.');
	const { created, delivered, queued, dropped, onDisk = 0 } = counts;
	const invalid = [created, delivered, queued, dropped, onDisk].some((count) => !Number.isInteger(count) || count < 0);
	if (invalid || created !== delivered + queued + onDisk + dropped) {
		throw new Error(`The law created = delivered + queued + onDisk + dropped does not hold: ${JSON.stringify(counts)}`);
	}
	return { ...counts, onDisk };
}

/**
 * Makes the process fail if the law of delivery does not hold for one of the signals when it exits: the error is
 * printed on stderr, and the exit code is not 0. A signal that ends the process skips the check.
 *
 * @template {{ stats(): { spans: Parameters<typeof lawful>[0], metricPoints: Parameters<typeof lawful>[0], logs: Parameters<typeof lawful>[0] } }} Telemetry
 * @param {Telemetry} telemetry
 * @returns {Telemetry} its argument
 */
export function keepLaw(telemetry) {
	process.on('exit', () => {
		const { spans, metricPoints, logs } = telemetry.stats();
		for (const counts of [spans, metricPoints, logs]) lawful(counts);
	});
	return telemetry;
}
