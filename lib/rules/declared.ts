import { processState } from '../runtime/process-state.js';

/** The list is swept of collected objects when it reaches this length, and then each time it has doubled. */
const FIRST_SWEEP = 1000;

/**
 * The prototypes, classes and woven objects on which something was declared in this process, and the declared functions
 * that have a path. The references are weak,
 * so that the list keeps no class or object alive.
 */
const declared = processState('rules/declared', () => ({
	known: new WeakSet<object>(),
	owners: new Set<WeakRef<object>>(),
	sweepAt: FIRST_SWEEP,
	version: 0,
}));

/** Returns a number that grows with each declaration. */
export function declarationVersion(): number {
	return declared.version;
}

/** Records that something was declared on a prototype, a class or a woven object. */
export function rememberDeclared(owner: object): void {
	declared.version += 1;
	if (declared.known.has(owner)) return;
	declared.known.add(owner);
	declared.owners.add(new WeakRef(owner));
	if (declared.owners.size < declared.sweepAt) return;
	for (const reference of declared.owners) if (reference.deref() === undefined) declared.owners.delete(reference);
	declared.sweepAt = Math.max(FIRST_SWEEP, declared.owners.size * 2);
}

/** Returns the recorded objects that have not been collected. */
export function declaredOwners(): object[] {
	return [...declared.owners].flatMap((reference) => reference.deref() ?? []);
}
