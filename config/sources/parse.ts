import type { Document, LineCounter } from 'yaml';

/** Thrown for a file that is not in its format. The message repeats nothing of the text, which may contain secrets. */
export class FormatError extends Error {
	override readonly name = 'FormatError';
	/** The line of the fault, counted from 1, if it is known. */
	readonly line: number | undefined;

	constructor(message: string, line: number | undefined) {
		super(message);
		this.line = line;
	}
}

/**
 * Parses YAML 1.2, including merge keys. A text of comments only is an empty config.
 *
 * @throws FormatError
 */
export async function parseYaml(text: string): Promise<unknown> {
	const { document, counter } = await documentOf(text);
	const [error] = document.errors;
	if (error !== undefined) {
		throw new FormatError(`it is not valid YAML: ${sentence(error.message)}`, counter.linePos(error.pos[0]).line);
	}
	return document.toJS() ?? {};
}

/**
 * Parses JSON. A byte order mark before it is ignored: some editors write one, and it is invisible.
 *
 * @throws FormatError
 */
export function parseJson(content: string): unknown {
	const text = content.replace(/^\uFEFF/, '');
	try {
		return JSON.parse(text);
	} catch (error) {
		// V8's messages end with a piece of the text or with a position.
		const message = (error as Error).message.replace(/(, (\.\.\.)?"[\s\S]*is not valid JSON| in JSON at [\s\S]*)$/, '');
		const position = faultPosition(text, error as Error);
		const isComment = /^\/[/*]/.test(text.slice(position));
		const hint = isComment ? ' JSON has no comments; a config in YAML may have them.' : '';
		throw new FormatError(`it is not valid JSON: ${sentence(message)}${hint}`, lineOf(text, position));
	}
}

/**
 * Returns a function that finds the line of a key, counted from 1: that of the deepest key of a path that is in the
 * text. It returns undefined if none of the keys is. JSON is read as YAML, which it is a subset of.
 */
export async function lineFinder(text: string): Promise<(path: readonly PropertyKey[]) => number | undefined> {
	const { isAlias, isMap, isScalar, isSeq } = await import('yaml');
	const { document, counter } = await documentOf(text);
	return (path) => {
		let node: unknown = document.contents;
		let position: number | undefined;
		for (const step of path) {
			if (isAlias(node)) node = node.resolve(document);
			if (isMap(node)) {
				const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
				if (!isScalar(pair?.key)) break;
				position = pair.key.range?.[0] ?? position;
				node = pair.value;
			} else if (isSeq(node)) {
				node = node.items[Number(step)];
				position = (node as { range?: [number] } | undefined)?.range?.[0] ?? position;
			} else break;
		}
		return position === undefined ? undefined : counter.linePos(position).line;
	};
}

/** Parses a text as YAML without throwing; `counter` converts positions to lines. */
async function documentOf(text: string): Promise<{ document: Document; counter: LineCounter }> {
	const { LineCounter, parseDocument } = await import('yaml');
	const counter = new LineCounter();
	return { document: parseDocument(text, { lineCounter: counter, merge: true, prettyErrors: false }), counter };
}

/**
 * The position of a fault in JSON. V8 reports it for some faults only, and a piece of the text for others. For those, a
 * binary search finds the shortest beginning of the text that has the same fault: every shorter one is JSON that merely
 * ends too early.
 */
function faultPosition(text: string, { message }: Error): number {
	const [, position] = / at position (\d+)/.exec(message) ?? [];
	if (position !== undefined) return Number(position);
	if (!message.startsWith('Unexpected token')) return text.length;
	let [low, high] = [0, text.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (hasUnexpectedToken(text.slice(0, middle + 1))) high = middle;
		else low = middle + 1;
	}
	return low;
}

/** Whether a text has a fault other than that it ends too early. */
function hasUnexpectedToken(text: string): boolean {
	try {
		JSON.parse(text);
		return false;
	} catch (error) {
		return (error as Error).message.startsWith('Unexpected token');
	}
}

/** The line of a position, counted from 1. */
function lineOf(text: string, position: number): number {
	return text.slice(0, position).split('\n').length;
}

/** The first line of a message, with a full stop. */
function sentence(text: string): string {
	return `${text.replace(/\s*\n[\s\S]*$/, '').replace(/[.:]$/, '')}.`;
}
