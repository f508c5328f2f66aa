import type { HrTime } from '@opentelemetry/api';

/**
 * Seconds with a fraction, as seconds and nanoseconds. By the shortest decimals that are this number, which are those
 * that were recorded: its product with 1e9 would have others (a double has 0.2 µs left at today's seconds).
 */
export function hrTimeOf(seconds: number): HrTime {
	const [whole = '0', fraction = ''] = decimals(seconds).split('.');
	return [Number(whole), Number(fraction.slice(0, 9).padEnd(9, '0'))];
}

/** Numbers below a microsecond are shown with an exponent. */
function decimals(seconds: number): string {
	const text = String(seconds);
	return text.includes('e') ? seconds.toFixed(9) : text;
}
