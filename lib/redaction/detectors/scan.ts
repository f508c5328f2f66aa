import type { Hit } from './shapes.js';

/** The text has characters that may encode others, such as `%41`, or that are not visible. */
export const ENCODED = 1;
/** The text has line breaks. */
export const BROKEN = 2;

/** The state of one scan of one text. */
export interface Scan {
	/** The text that is scanned. */
	readonly text: string;
	/** Whether every number of a payment card's form is one, because the text is the value of a key such as `card`. */
	readonly card: boolean;
	/** Returns whether a name is that of a secret. */
	readonly isSecret: (key: string) => boolean;
	/** Whether lines were joined in the text: then a key ends where the longest of its kind does. */
	joined: boolean;
	/** How many times base64 was decoded to get this text. */
	depth: number;
	/** The offset after the last part that is to be replaced. */
	from: number;
	/** The parts that are to be replaced. */
	hits: Hit[] | undefined;
	/** `ENCODED`, `BROKEN`, both or neither. */
	found: number;
	/** The kinds of quotes and brackets that are not closed in this text, so that none is searched for again. */
	unclosed: Set<string> | undefined;
	/** The end of the last run of letters, digits, `_` and `-` that was measured, so that none is measured again. */
	runEnd: number;
}

/** Creates the state of a scan that has not begun. */
export function newScan(text: string, isSecret: (key: string) => boolean, card: boolean): Scan {
	return {
		text,
		card,
		isSecret,
		joined: false,
		depth: 0,
		from: 0,
		hits: undefined,
		found: 0,
		unclosed: undefined,
		runEnd: 0,
	};
}

/** Creates the state of a scan of a text that the text of another scan contains in disguise. */
export function scanWithin({ isSecret, card, depth }: Scan, text: string): Scan {
	const scan = newScan(text, isSecret, card);
	scan.depth = depth;
	return scan;
}

/** Adds a part that is to be replaced. */
export function addHit(scan: Scan, hit: Hit): void {
	scan.hits ??= [];
	scan.hits.push(hit);
}
