import type { LiveInvocation } from '../../invocation/advice.js';

/**
 * Returns the invocation to which tokens that are spent in `invocation` belong. A traced helper without an AGENTESE
 * path owns no tokens: they belong to the nearest enclosing invocation with a path, or to the outermost one if none has
 * a path.
 */
export function ownerOf(invocation: LiveInvocation | undefined): LiveInvocation | undefined {
	let owner = invocation;
	while (owner?.point.template === undefined && owner?.parent !== undefined) owner = owner.parent;
	return owner;
}

/** Returns the outermost invocation around `invocation`, or `invocation` itself if there is none. */
export function rootOf(invocation: LiveInvocation): LiveInvocation {
	let root = invocation;
	while (root.parent !== undefined) root = root.parent;
	return root;
}
