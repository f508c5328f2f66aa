import { processState } from '../../runtime/process-state.js';
import type { Settlement } from './settlement.js';

/**
 * The settlements that wait for a consumer who may never come.
 *
 * The registry is kept reachable here: one that nothing refers to is collected itself and never fires. It follows
 * major collections only, which a quiet process may never make, so every open settlement is listed too and ended at
 * shutdown.
 */
const state = processState('settling/finalization', () => {
	/** Each with the time at which its result was handed out. */
	const open = new Map<Settlement, number>();
	const registry = new FinalizationRegistry<Settlement>((settlement) => {
		const heldAt = open.get(settlement) ?? 0;
		open.delete(settlement);
		settlement.abandoned(heldAt);
	});
	return { open, registry, sweepAt: 1024, atShutdown: [] as (() => void)[] };
});

/**
 * Ends the settlement with `abandoned()` when `anchor` is collected. The anchor is an object that everything with
 * which the result can still be consumed refers to. The settlement must not refer to it, or it is never collected.
 *
 * A settlement has one anchor; a later one takes the place of the earlier (a query that gave a stream).
 */
export function hold(anchor: object, settlement: Settlement): void {
	if (settlement.ended) return;
	if (state.open.has(settlement)) state.registry.unregister(settlement);
	else if (state.open.size >= state.sweepAt) sweep();
	state.open.set(settlement, performance.now());
	state.registry.register(anchor, settlement, settlement);
}

/** Forgets a settlement that ended. Costs one look-up for one that was never held. */
export function release(settlement: Settlement): void {
	if (state.open.size > 0 && state.open.delete(settlement)) state.registry.unregister(settlement);
}

/** Ends every settlement that is still open with `abandoned()`: what a shutdown does. */
export function endOpen(): void {
	for (const [settlement, heldAt] of [...state.open]) {
		release(settlement);
		settlement.abandoned(heldAt);
	}
	for (const work of state.atShutdown) work();
}

/** Runs `work` at each shutdown, after that: for what no settlement knows of. */
export function beforeShutdown(work: () => void): void {
	state.atShutdown.push(work);
}

/** Drops those that ended without being released; the list has to double before it is swept again. */
function sweep(): void {
	for (const settlement of state.open.keys()) if (settlement.ended) release(settlement);
	state.sweepAt = Math.max(1024, state.open.size * 2);
}
