import type { Redactor } from '../../redaction/redactor.js';

/** A text as JSON within a number of bytes; without `json` where not even its beginning fits. */
export interface Cut {
	readonly json?: string;
	readonly bytes: number;
}

/** A secret that begins within what is kept is known by what follows it, up to so many characters. */
const BEYOND = 8192;

/** The most that stands behind what was cut: `…[cut 123456789 characters]`. */
const MARK = 40;

/** The shortest piece of a text that is worth its mark. */
const MIN_PIECE = 8;

/** Writes a text as JSON, cut so that it fits; secrets are taken out before it is cut, lest half of one remain. */
export function boundText(text: string, room: number, redactor: Redactor | undefined): Cut {
	const near = text.length > room + BEYOND ? text.slice(0, room + BEYOND) : text;
	const safe = redactor === undefined ? near : redactor.text(near);
	if (near === text && safe.length + 2 <= room) {
		const json = JSON.stringify(safe);
		const bytes = Buffer.byteLength(json);
		if (bytes <= room) return { json, bytes };
	}
	const space = room - MARK - 2;
	if (space < MIN_PIECE) return { bytes: 0 };
	const piece = beginning(safe, space);
	const json = JSON.stringify(`${piece}…[cut ${text.length - piece.length} characters]`);
	return { json, bytes: Buffer.byteLength(json) };
}

/** As much of the text as has at most so many bytes in JSON, whole characters only. */
function beginning(text: string, room: number): string {
	let low = 0;
	let high = Math.min(text.length, room);
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (Buffer.byteLength(JSON.stringify(text.slice(0, middle))) - 2 <= room) low = middle;
		else high = middle - 1;
	}
	const last = text.charCodeAt(low - 1);
	return text.slice(0, last >= 0xd800 && last < 0xdc00 ? low - 1 : low);
}
