import { OTHER } from '../../instruments/labels.js';
import type { InvocationView, JoinPointFacts } from '../../invocation/advice.js';
import type { Category } from '../../invocation/category.js';
import type { JoinPoint } from '../../weaving/join-point.js';
import type { Operation } from './versions.js';

/** What generates or composes decides for itself, as an agent does; the rest is a tool: it reads, writes or draws. */
const BY_CATEGORY: Readonly<Record<Category, Operation>> = {
	perception: 'execute_tool',
	mutation: 'execute_tool',
	composition: 'invoke_agent',
	introspection: 'execute_tool',
	generation: 'invoke_agent',
	entropy: 'execute_tool',
};

/**
 * What the conventions call an invocation: what the `operation` option says, else by the aspect's category, else
 * `invoke_agent`. Undefined for a helper without a path that says nothing, and for a path that resolves to nothing.
 */
export function operationOf(point: JoinPointFacts): Operation | undefined {
	const said = (point as Partial<JoinPoint>).facts?.operation;
	if (said !== undefined) return said;
	if (point.template === undefined || point.template === OTHER) return undefined;
	return point.category === undefined ? 'invoke_agent' : BY_CATEGORY[point.category];
}

/** The agent is what a path's handle names, the template of it; for a function without a path its name. */
export function agentName({ template, functionName }: JoinPointFacts): string {
	return template === undefined ? functionName : template.slice(0, template.lastIndexOf('.'));
}

/** The tool is the whole path's template: two agents may have an aspect of one name. */
export function toolName({ template, functionName }: JoinPointFacts): string {
	return template ?? functionName;
}

/** The agent that a tool is executed by: the innermost one around it. */
export function agentAround(invocation: InvocationView): string | undefined {
	for (let at = invocation.parent; at !== undefined; at = at.parent) {
		if (operationOf(at.point) === 'invoke_agent') return agentName(at.point);
	}
	return undefined;
}
