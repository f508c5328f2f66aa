import { z } from 'zod';
import { nearest } from '../../lib/agentese/errors/nearest.js';
import type { ConfigLayerSource } from '../common/layer.js';
import { type Leaf, leavesOf, variableName } from '../schema/keys.js';
import { RENAMED_KEYS } from '../schema/renamed-keys.js';
import { configSchema } from '../schema/schema.js';
import { isAgenteseVariable, NON_CONFIG_VARIABLES } from './agentese-variable-names.js';

/**
 * Reads the `AGENTESE_*` environment variables. Each one that is set becomes a layer with one key. The variable of a
 * renamed key becomes a layer with that key, which the schema refuses: it would have no effect otherwise.
 *
 * @param cwd - the directory that relative paths in variables are resolved from
 * @returns the layers, and a notice for each unknown variable whose name is near to a known one
 */
export function agenteseVariables(cwd: string): { layers: ConfigLayerSource[]; notices: string[] } {
	const settable = leavesOf(configSchema).filter(({ schema }) => !(schema instanceof z.ZodCustom));
	const leaves = new Map(settable.map((leaf) => [variableName(leaf.path), leaf]));
	const renamed = new Map(Object.keys(RENAMED_KEYS).map((key) => [variableName(key.split('.')), key.split('.')]));
	const layers: (ConfigLayerSource & { readonly depth: number })[] = [];
	const notices: string[] = [];
	for (const [source, raw = ''] of Object.entries(process.env)) {
		const leaf = leaves.get(source);
		const path = leaf?.path ?? renamed.get(source);
		if (path !== undefined && raw.trim() !== '') {
			const parsed = leaf === undefined ? raw.trim() : parse(raw.trim(), leaf);
			const value = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), parsed);
			layers.push({ source, value, directory: cwd, depth: path.length });
		} else if (path === undefined && isAgenteseVariable(source)) {
			// An unknown variable is no fault: other programs of AGENTESE may have variables with this prefix.
			const [near] = nearest(source, [...leaves.keys(), ...NON_CONFIG_VARIABLES], 1);
			if (near !== undefined) notices.push(`${source} is not a variable of this toolkit. Did you mean ${near}?`);
		}
	}
	// AGENTESE_CAPTURE sets all of its section, so it comes before AGENTESE_CAPTURE_RESULT, which sets a part.
	return { layers: layers.toSorted((a, b) => a.depth - b.depth).map(({ depth: _, ...layer }) => layer), notices };
}

/**
 * Parses the text of a variable by the schema of its key. A text that does not fit is returned unchanged, and the
 * schema refuses it later.
 */
function parse(text: string, { path, schema }: Leaf): unknown {
	// Keys whose schema does not show how a text is split come first; the schema's type decides for all others.
	const list = () => text.split(',').map((word) => word.trim());
	const key = path.join('.');
	if (key === 'rules') return parseJson(text);
	if (key === 'preset' || schema instanceof z.ZodArray) return list();
	if (key === 'redact') return parseBoolean(text) ?? parseJson(text);
	if (key === 'autoInstrumentation')
		return parseBoolean(text) ?? (text.startsWith('{') ? parseJson(text) : { include: list() });
	if (schema instanceof z.ZodBoolean) return parseBoolean(text) ?? text;
	if (schema instanceof z.ZodNumber) return Number.isFinite(Number(text)) ? Number(text) : text;
	if (schema instanceof z.ZodRecord) return parsePairs(text) ?? text;
	return text;
}

/** Accepts true, 1, false and 0 in any case of letters; returns undefined for anything else. */
function parseBoolean(text: string): boolean | undefined {
	const word = text.toLowerCase();
	if (word === 'true' || word === '1') return true;
	return word === 'false' || word === '0' ? false : undefined;
}

/** Returns the text unchanged if it is not JSON. */
function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** Parses `a=1,b=2`; returns undefined if a part has no name. */
function parsePairs(text: string): Record<string, string> | undefined {
	const parts = text.split(',').map((pair) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair));
	if (parts.some((part) => part === null)) return undefined;
	return Object.fromEntries(parts.map((part) => [part?.[1] ?? '', part?.[2] ?? '']));
}
