import type { z } from 'zod';

/** How many bytes each unit is. */
const BYTES: Readonly<Record<string, number>> = {
	B: 1,
	kB: 1e3,
	KB: 1e3,
	MB: 1e6,
	GB: 1e9,
	KiB: 2 ** 10,
	MiB: 2 ** 20,
	GiB: 2 ** 30,
};

/** How many milliseconds each unit is. */
const MILLISECONDS: Readonly<Record<string, number>> = {
	ms: 1,
	s: 1e3,
	m: 6e4,
	min: 6e4,
	h: 36e5,
	d: 864e5,
	w: 6048e5,
};

/** The texts that `bytes()` accepts, for messages. */
export const LEGAL_BYTES = 'a number of bytes, or one with a unit such as "256 MiB", "1.5 GB" or "900 kB"';

/** The texts that `milliseconds()` accepts, for messages. */
export const LEGAL_TIME =
	'a number of milliseconds, or one with a unit such as "7d", "12 h", "30 min", "45s" or "500ms"';

/**
 * Parses an amount of memory such as `256 MiB`. Returns bytes; undefined for another text. The default unit is bytes.
 */
export function bytes(text: string): number | undefined {
	return amount(text, BYTES, 'B');
}

/**
 * Parses a duration such as `7d`. Returns milliseconds; undefined for another text. The default unit is milliseconds.
 */
export function milliseconds(text: string): number | undefined {
	return amount(text, MILLISECONDS, 'ms');
}

/** Parses a number with a unit. Up to 15 digits, so that it is exact. */
function amount(text: string, units: Readonly<Record<string, number>>, defaultUnit: string): number | undefined {
	const [, digits, unit] = /^\s*(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z]{0,3})\s*$/.exec(text) ?? [];
	const name = unit === '' ? defaultUnit : unit;
	if (digits === undefined || name === undefined || !Object.hasOwn(units, name)) return undefined;
	return Math.round(Number(digits) * (units[name] ?? Number.NaN));
}

/**
 * The module zod. Functions that create a schema receive it as an argument, because loading it takes as long as loading
 * the SDK. A config of ordinary values is checked without it (`config/fast-check/`).
 */
export type Zod = typeof z;

/**
 * Creates the schema of an amount: a positive number, or a text that `read` parses. Its output is the number.
 *
 * @param read - `bytes` or `milliseconds`
 */
export function quantity(z: Zod, read: (text: string) => number | undefined) {
	return z.union([z.number(), z.string()]).transform((value, check) => {
		const amount = typeof value === 'number' ? value : read(value);
		if (amount !== undefined && Number.isFinite(amount) && amount > 0) return amount;
		check.issues.push({ code: 'custom', message: 'no such quantity', input: value });
		return z.NEVER;
	});
}
