import { z } from 'zod';
import { maskAddresses, withoutSecrets } from '../../lib/diagnostics/mask.js';
import { REDACTED } from '../../lib/redaction/detectors/marker.js';
import type { Preset } from '../../presets/contract/preset.js';
import type { StandardIssue, StandardSchema } from '../../presets/contract/standard-schema.js';
import type { PathFault } from '../common/error.js';
import { pathText } from '../common/layer.js';
import { type Sources, sourceOf } from '../resolve/merge.js';
import type { EffectiveConfig } from '../schema/config.js';
import { describeValue, explain, isHeaders, valueAt } from '../schema/explain.js';

/**
 * Checks the merged options of each custom preset with the preset's own schema, and writes the result, with the
 * defaults of that schema, into `config`. A preset that is neither named in `preset` nor has options is skipped.
 *
 * @returns the faults, each with the source that set the faulty key. A schema that throws or rejects is a fault too
 */
export async function checkCustomOptions(
	{ config, sources }: { readonly config: EffectiveConfig; readonly sources: Sources },
	presets: ReadonlyMap<string, Preset<unknown>>,
): Promise<PathFault[]> {
	const sections = config as unknown as Record<string, unknown>;
	const faults: PathFault[] = [];
	for (const [name, { schema }] of presets) {
		const value = sections[name];
		if (value === undefined && !config.preset.includes(name)) continue;
		const source = sourceOf(sources, [name]) ?? sources['preset'] ?? 'default';
		if (schema === undefined) {
			if (value === undefined) continue;
			const message = `"${name}" is not a key: the preset of that name has no schema, so it accepts no options.`;
			faults.push({ source, key: name, path: [name], message });
			continue;
		}
		try {
			const result = await schema['~standard'].validate(value ?? {});
			if (result.issues === undefined) sections[name] = result.value;
			else {
				const found = faultsOf(result.issues, value ?? {}, schema, { name, source });
				faults.push(...found.map((fault) => ({ ...fault, source: sourceOf(sources, fault.path) ?? source })));
			}
		} catch (error) {
			const message = `"${name}" cannot be checked: the schema of that preset threw. Reason: ${safeText(String(error)).replace(/\.?$/, '.')}`;
			faults.push({ source, key: name, path: [name], message });
		}
	}
	return faults;
}

/** The faults of a section. Issues of zod have details, from which the same sentences as for the config are made. */
function faultsOf(
	issues: readonly StandardIssue[],
	value: unknown,
	schema: StandardSchema,
	{ name, source }: { readonly name: string; readonly source: string },
): PathFault[] {
	if (schema instanceof z.ZodType && issues.every(isZodIssue))
		return explain(issues, { value, source }, schema, [name]);
	return issues.map(({ message, path = [] }) => {
		const below = path.map((step) => (typeof step === 'object' ? step.key : step));
		const whole = [name, ...below];
		const key = pathText(whole);
		const got = valueAt(value, below);
		if (whole.some(isHeaders)) {
			return { source, key, path: whole, message: `"${key}" got ${REDACTED}, which its schema refuses.` };
		}
		const problem = got === undefined ? 'is missing' : `got ${describeValue(got)}`;
		return { source, key, path: whole, message: `"${key}" ${problem}; ${safeText(message).replace(/\.?$/, '.')}` };
	});
}

/** Whether an issue is one of zod 4, and not of another library or of an older zod. */
function isZodIssue(issue: StandardIssue): issue is z.core.$ZodIssue {
	return 'code' in issue && Array.isArray(issue.path);
}

/** A text of a schema as one line without secrets: a library may repeat the value in it. */
function safeText(text: string): string {
	return maskAddresses(withoutSecrets(text.replace(/\s+/g, ' ').trim()));
}
