import { z } from 'zod';
import { nearest } from '../../lib/agentese/errors/nearest.js';
import type { ConfigLayerSource } from '../common/layer.js';
import { type Leaf, leavesOf } from '../schema/keys.js';
import { configSchema } from '../schema/schema.js';
import { isAgenteseVariable, OTHERS } from './agentese-variable-names.js';

/** `AGENTESE_SAMPLING_RATE` for `sampling.rate`. */
export function variableOf(path: readonly string[]): string {
	const words = path.map((key) => key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase());
	return `AGENTESE_${words.join('_')}`;
}

/** What `AGENTESE_*` say: one variable for each key that holds a value. */
export function agenteseVariables(cwd: string): { said: ConfigLayerSource[]; notices: string[] } {
	const leaves = new Map(leavesOf(configSchema).map((leaf) => [variableOf(leaf.path), leaf]));
	const said: ConfigLayerSource[] = [];
	const notices: string[] = [];
	for (const [source, raw = ''] of Object.entries(process.env)) {
		const leaf = leaves.get(source);
		if (leaf !== undefined && raw.trim() !== '') {
			const value = leaf.path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), read(raw.trim(), leaf));
			said.push({ source, value, directory: cwd });
		} else if (leaf === undefined && isAgenteseVariable(source)) {
			// Other programs of AGENTESE may have variables of their own, so that an unknown one is no fault.
			const [near] = nearest(source, [...leaves.keys(), ...OTHERS], 1);
			if (near !== undefined) notices.push(`${source} is no variable of this toolkit. Did you mean ${near}?`);
		}
	}
	return { said, notices };
}

/** A variable is a text; the key's schema tells what it stands for. What does not fit stays a text, and is refused. */
function read(text: string, { path, schema }: Leaf): unknown {
	const list = () => text.split(',').map((word) => word.trim());
	const key = path.join('.');
	if (key === 'preset' || key === 'conventions' || key === 'observer.baggage') return list();
	if (key === 'rules') return parsed(text);
	if (key === 'redact') return switched(text) ?? parsed(text);
	if (key === 'autoInstrumentation')
		return switched(text) ?? (text.startsWith('{') ? parsed(text) : { include: list() });
	if (schema instanceof z.ZodBoolean) return switched(text) ?? text;
	if (schema instanceof z.ZodNumber) return Number.isFinite(Number(text)) ? Number(text) : text;
	if (schema instanceof z.ZodRecord) return pairs(text) ?? text;
	return text;
}

function switched(text: string): boolean | undefined {
	const word = text.toLowerCase();
	if (word === 'true' || word === '1') return true;
	return word === 'false' || word === '0' ? false : undefined;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** `a=1,b=2`; undefined where a part has no name. */
function pairs(text: string): Record<string, string> | undefined {
	const parts = text.split(',').map((pair) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair));
	if (parts.some((part) => part === null)) return undefined;
	return Object.fromEntries(parts.map((part) => [part?.[1] ?? '', part?.[2] ?? '']));
}
