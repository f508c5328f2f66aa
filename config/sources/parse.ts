import type { Document, LineCounter } from 'yaml';

/** A file that is not of its format. The message repeats nothing of the text, which may hold secrets. */
export class FormatError extends Error {
	override readonly name = 'FormatError';
	readonly line: number | undefined;

	constructor(message: string, line: number | undefined) {
		super(message);
		this.line = line;
	}
}

/** The value of a text of YAML 1.2, merge keys included; a text of comments alone is an empty config. */
export async function parseYaml(text: string): Promise<unknown> {
	const { document, counter } = await documentOf(text);
	const [error] = document.errors;
	if (error !== undefined) {
		throw new FormatError(`it is no YAML: ${sentence(error.message)}`, counter.linePos(error.pos[0]).line);
	}
	return document.toJS() ?? {};
}

/** The value of a text of JSON, a byte order mark before it left out: some editors write one, and nobody sees it. */
export function parseJson(whole: string): unknown {
	const text = whole.replace(/^\uFEFF/, '');
	try {
		return JSON.parse(text);
	} catch (error) {
		const message = (error as Error).message.replace(/(, (\.\.\.)?"[\s\S]*is not valid JSON| in JSON at [\s\S]*)$/, '');
		const at = faultAt(text, error as Error);
		const hint = /^\/[/*]/.test(text.slice(at)) ? ' JSON has no comments; a config in YAML may have them.' : '';
		throw new FormatError(`it is no JSON: ${sentence(message)}${hint}`, lineOf(text, at));
	}
}

/** Answers the line of the deepest key of a path that stands in the text. JSON is read as the YAML that it also is. */
export async function lineFinder(text: string): Promise<(path: readonly PropertyKey[]) => number | undefined> {
	const { isAlias, isMap, isScalar, isSeq } = await import('yaml');
	const { document, counter } = await documentOf(text);
	return (path) => {
		let node: unknown = document.contents;
		let at: number | undefined;
		for (const step of path) {
			if (isAlias(node)) node = node.resolve(document);
			if (isMap(node)) {
				const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
				if (!isScalar(pair?.key)) break;
				at = pair.key.range?.[0] ?? at;
				node = pair.value;
			} else if (isSeq(node)) {
				node = node.items[Number(step)];
				at = (node as { range?: [number] } | undefined)?.range?.[0] ?? at;
			} else break;
		}
		return at === undefined ? undefined : counter.linePos(at).line;
	};
}

async function documentOf(text: string): Promise<{ document: Document; counter: LineCounter }> {
	const { LineCounter, parseDocument } = await import('yaml');
	const counter = new LineCounter();
	return { document: parseDocument(text, { lineCounter: counter, merge: true, prettyErrors: false }), counter };
}

/**
 * V8 gives some faults a position and others a piece of the text. For those the shortest beginning that has the same
 * fault is looked for: what comes before it is JSON that merely ends too early.
 */
function faultAt(text: string, { message }: Error): number {
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

function hasUnexpectedToken(text: string): boolean {
	try {
		JSON.parse(text);
		return false;
	} catch (error) {
		return (error as Error).message.startsWith('Unexpected token');
	}
}

function lineOf(text: string, position: number): number {
	return text.slice(0, position).split('\n').length;
}

function sentence(text: string): string {
	return `${text.replace(/\s*\n[\s\S]*$/, '').replace(/[.:]$/, '')}.`;
}
