import type { Zod } from './zod.js';

/** The schema of an amount: a positive number, or a text that `read` understands; it becomes the number. */
export function quantity(z: Zod, read: (text: string) => number | undefined) {
	return z.union([z.number(), z.string()]).transform((value, check) => {
		const amount = typeof value === 'number' ? value : read(value);
		if (amount !== undefined && Number.isFinite(amount) && amount > 0) return amount;
		check.issues.push({ code: 'custom', message: 'no such quantity', input: value });
		return z.NEVER;
	});
}
