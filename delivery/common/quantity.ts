import type { z } from 'zod';

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

const MILLISECONDS: Readonly<Record<string, number>> = {
	ms: 1,
	s: 1e3,
	m: 6e4,
	min: 6e4,
	h: 36e5,
	d: 864e5,
	w: 6048e5,
};

/** What `bytes` understands, for messages. */
export const LEGAL_BYTES = 'a number of bytes, or one with a unit such as "256 MiB", "1.5 GB" or "900 kB"';

/** What `milliseconds` understands, for messages. */
export const LEGAL_TIME =
	'a number of milliseconds, or one with a unit such as "7d", "12 h", "30 min", "45s" or "500ms"';

/** `256 MiB` as a number of bytes; undefined where the text says no such thing. A bare number is bytes. */
export function bytes(text: string): number | undefined {
	return amount(text, BYTES, 'B');
}

/** `7d` as a number of milliseconds; undefined where the text says no such thing. A bare number is milliseconds. */
export function milliseconds(text: string): number | undefined {
	return amount(text, MILLISECONDS, 'ms');
}

function amount(text: string, units: Readonly<Record<string, number>>, bare: string): number | undefined {
	const [, digits, unit] = /^\s*(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z]{0,3})\s*$/.exec(text) ?? [];
	const name = unit === '' ? bare : unit;
	if (digits === undefined || name === undefined || !Object.hasOwn(units, name)) return undefined;
	return Math.round(Number(digits) * (units[name] ?? Number.NaN));
}

/**
 * zod itself. The checks take it as an argument: loading it and making the schema takes as long as loading the SDK, and a
 * config that says nothing unusual is read without (`config/fast-check/`).
 */
export type Zod = typeof z;
/** The schema of an amount: a positive number, or a text that `read` understands; it becomes the number. */
export function quantity(z: Zod, read: (text: string) => number | undefined) {
	return z.union([z.number(), z.string()]).transform((value, check) => {
		const amount = typeof value === 'number' ? value : read(value);
		if (amount !== undefined && Number.isFinite(amount) && amount > 0) return amount;
		check.issues.push({ code: 'custom', message: 'no such quantity', input: value });
		return z.NEVER;
	});
}
