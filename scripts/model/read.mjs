import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../fresh.mjs';

/** The folder of the toolkit's own registry, and that of the registry which it depends on, from the root. */
export const OWN = 'model/agentese';
export const UPSTREAM = 'model/upstream';

/** Returns the parsed YAML files of a registry, each with its path from the root. The manifest is not among them. */
export function readDocuments(folder) {
	return readdirSync(join(ROOT, folder))
		.filter((name) => name.endsWith('.yaml') && name !== 'manifest.yaml')
		.sort()
		.map((name) => {
			const file = `${folder}/${name}`;
			return { file, ...parse(readFileSync(join(ROOT, file), 'utf8')) };
		});
}

/** Returns the manifest of a registry. */
export function readManifest(folder) {
	return parse(readFileSync(join(ROOT, folder, 'manifest.yaml'), 'utf8'));
}

/** Reads the registry of the toolkit and the one that it depends on. */
export function readModel() {
	return modelOf({
		own: readDocuments(OWN),
		upstream: readDocuments(UPSTREAM),
		schemaUrl: readManifest(OWN).schema_url,
	});
}

/**
 * Resolves the groups of two registries, as Weaver does: a `ref` has what the attribute has that it names, unless it
 * says otherwise, and a group has the attributes of the group that it extends.
 *
 * @param registries.own - the documents of the toolkit's registry
 * @param registries.upstream - the documents of the registry that it depends on
 * @returns `attributes`, `groups`, `metrics` and `spans` by their names, and `faults` of what cannot be resolved
 */
export function modelOf({ own, upstream, schemaUrl = '' }) {
	const model = {
		schemaUrl,
		attributes: new Map(),
		groups: new Map(),
		metrics: new Map(),
		spans: new Map(),
		imports: own.flatMap(({ imports }) => imports?.metrics ?? []),
		faults: [],
	};
	const fault = (rule, name, text) => model.faults.push(`${rule}: ${name}. ${text}`);
	const isOwn = new Set(own);
	for (const document of [...own, ...upstream]) {
		for (const declared of document.groups ?? []) {
			const group = { ...declared, own: isOwn.has(document), file: document.file };
			if (model.groups.has(group.id)) fault('twice', group.id, 'Two groups have this id.');
			model.groups.set(group.id, group);
			for (const attribute of (group.attributes ?? []).filter(({ id }) => id !== undefined)) {
				if (model.attributes.has(attribute.id)) fault('twice', attribute.id, 'Two attributes have this id.');
				model.attributes.set(attribute.id, { ...attribute, own: group.own, file: group.file });
			}
			if (group.type === 'metric') {
				if (model.metrics.has(group.metric_name)) fault('twice', group.metric_name, 'Two metrics have this name.');
				model.metrics.set(group.metric_name, group);
			}
			if (group.type === 'span') model.spans.set(group.id.replace(/^span\./, ''), group);
		}
	}
	for (const group of model.groups.values()) group.resolved = resolve(group, model, fault);
	return model;
}

/** Returns the attributes of a group and of those that it extends, by name, each with what its `ref` changes. */
function resolve(group, model, fault, below = []) {
	if (below.includes(group.id)) {
		fault('extends', group.id, 'It extends itself.');
		return new Map();
	}
	const base = group.extends === undefined ? undefined : model.groups.get(group.extends);
	if (group.extends !== undefined && base === undefined)
		fault('extends', group.id, `No group has the id ${group.extends}.`);
	const found = base === undefined ? new Map() : new Map(resolve(base, model, () => {}, [...below, group.id]));
	for (const attribute of group.attributes ?? []) {
		const name = attribute.id ?? attribute.ref;
		const definition = model.attributes.get(name);
		if (definition === undefined) fault('ref', `${group.id} → ${name}`, 'No attribute has this id.');
		else found.set(name, { ...definition, ...attribute, id: name });
	}
	return found;
}

/** Returns true if the toolkit writes this metric: its own ones, and those of the other registry that it imports. */
export function isWritten(model, { own, metric_name: name }) {
	return own || model.imports.some((pattern) => matches(pattern, name));
}

/** Returns true if a name matches a pattern such as `otel.sdk.*`. */
function matches(pattern, name) {
	return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** Returns the names of the attributes that the toolkit writes: those that a group of its own registry refers to. */
export function writtenAttributes(model) {
	const written = new Set();
	for (const group of model.groups.values()) {
		const counts = group.type === 'metric' ? isWritten(model, group) : group.own;
		if (!counts || isRegistry(group)) continue;
		for (const name of group.resolved.keys()) written.add(name);
	}
	return written;
}

/** Returns true for a group that only defines attributes. Weaver's convention is that its id begins with `registry.`. */
export function isRegistry({ id }) {
	return id.startsWith('registry.');
}
