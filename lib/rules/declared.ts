import { processState } from '../runtime/process-state.js';

/** What was declared in this process: prototypes, classes and woven objects. None is kept from being collected. */
const declared = processState('rules/declared', () => ({
	known: new WeakSet<object>(),
	owners: new Set<WeakRef<object>>(),
	sweepAt: 1000,
}));

/** Notes that something was declared on a prototype, a class or a woven object. */
export function rememberDeclared(owner: object): void {
	if (declared.known.has(owner)) return;
	declared.known.add(owner);
	declared.owners.add(new WeakRef(owner));
	if (declared.owners.size < declared.sweepAt) return;
	for (const reference of declared.owners) if (reference.deref() === undefined) declared.owners.delete(reference);
	declared.sweepAt = Math.max(1000, declared.owners.size * 2);
}

/** All that is still there of it. */
export function declaredOwners(): object[] {
	return [...declared.owners].flatMap((reference) => reference.deref() ?? []);
}
