import { OTHER } from '../../instruments/labels.js';
import type { JoinPointFacts, LiveInvocation } from '../../invocation/advice.js';
import type { AspectCategory } from '../../invocation/category.js';
import type { GenAiOperation } from '../../invocation/gen-ai-operation.js';
import type { JoinPoint } from '../../weaving/join-points/join-point.js';
import type { Operation } from './versions.js';

/**
 * The operation of each category. An aspect that generates or composes makes decisions, as an agent does; the others
 * read, write or draw a random value, as a tool does.
 */
const BY_CATEGORY: Readonly<Record<AspectCategory, Operation>> = {
	perception: 'execute_tool',
	mutation: 'execute_tool',
	composition: 'invoke_agent',
	introspection: 'execute_tool',
	generation: 'invoke_agent',
	entropy: 'execute_tool',
};

/**
 * Returns the operation of the GenAI conventions for an invocation: that of the `operation` option, else that of the
 * aspect's category, else `invoke_agent`. Undefined for a path that resolves to nothing, and for a function without a
 * path, unless it has the option.
 */
export function operationOf(point: JoinPointFacts): GenAiOperation | undefined {
	const declared = (point as Partial<JoinPoint>).options?.operation;
	if (declared !== undefined) return declared;
	if (point.template === undefined || point.template === OTHER) return undefined;
	return point.category === undefined ? 'invoke_agent' : BY_CATEGORY[point.category];
}

/**
 * Returns the value of `gen_ai.agent.name`: the handle of the path's template; the function's name if it has no path.
 */
export function agentName({ template, functionName }: JoinPointFacts): string {
	return template === undefined ? functionName : template.slice(0, template.lastIndexOf('.'));
}

/**
 * Returns the value of `gen_ai.tool.name`: the template of the whole path, because two agents may have aspects of the
 * same name; the function's name if it has no path.
 */
export function toolName({ template, functionName }: JoinPointFacts): string {
	return template ?? functionName;
}

/** Returns the name of the innermost enclosing invocation that is an agent: the one that executes a tool. */
export function enclosingAgent(invocation: LiveInvocation): string | undefined {
	for (let at = invocation.parent; at !== undefined; at = at.parent) {
		if (operationOf(at.point) === 'invoke_agent') return agentName(at.point);
	}
	return undefined;
}
