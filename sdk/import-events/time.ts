import type { HrTime } from '@opentelemetry/api';

/**
 * Converts seconds with a fraction to seconds and nanoseconds. It uses the shortest decimal number that is this double,
 * which is the recorded one. A multiplication by 1e9 would give other nanoseconds, since a double has a precision of
 * 0.2 µs for today's timestamps.
 */
export function toHrTime(seconds: number): HrTime {
	const [whole = '0', fraction = ''] = decimals(seconds).split('.');
	return [Number(whole), Number(fraction.slice(0, 9).padEnd(9, '0'))];
}

/** JavaScript writes numbers below a microsecond with an exponent. */
function decimals(seconds: number): string {
	const text = String(seconds);
	return text.includes('e') ? seconds.toFixed(9) : text;
}
