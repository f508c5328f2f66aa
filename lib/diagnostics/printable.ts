/**
 * Controls, escape sequences, and the characters that change the direction or the line of a text: a terminal would
 * obey them.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;

/**
 * Returns a text that other software sent as one line that a terminal only prints: each run of line breaks, controls
 * and invisible characters is a space.
 *
 * @param maxLength - the most characters of the result
 */
export function printable(text: string, maxLength: number): string {
	// Cut first, so that a long text costs no more than a short one.
	return text
		.slice(0, 4 * maxLength)
		.replace(UNPRINTABLE, ' ')
		.trim()
		.slice(0, maxLength);
}
