import { warnFault } from '../../runtime/log-once.js';
import { platform } from '../../runtime/platform.js';
import { scopedState } from '../../runtime/scoped-state.js';
import type { Settlement } from './settlement.js';

/**
 * The open settlements: those whose result was returned, and is not consumed to its end.
 *
 * The finalization registry is referred to from here: a registry that nothing refers to is garbage-collected itself,
 * and never calls back. It calls back after major collections only, which a quiet process may never make; so every open
 * settlement is also listed, and is ended at shutdown.
 */
const state = scopedState('settling/finalization', () => {
	/** Each open settlement, with the time at which its result was returned, in ms of `performance.now()`. */
	const open = new Map<Settlement, number>();
	const registry = new FinalizationRegistry<Settlement>((settlement) => {
		const heldAt = open.get(settlement) ?? 0;
		open.delete(settlement);
		settlement.abandoned(heldAt);
	});
	/** `sweepAt` is the number of open settlements at which those that ended without unregistering are removed. */
	return { open, registry, sweepAt: 1024, atShutdown: [] as (() => void)[] };
});

/**
 * Registers a settlement, so that it ends with `abandoned()` when its target is garbage-collected. Does nothing if the
 * settlement ended. Never throws.
 *
 * A settlement has one target; a second call replaces the first one (a query whose value is a stream).
 *
 * @param target - an object to which everything refers that can still consume the result. The settlement must not refer
 *   to it, or it is never collected.
 */
export function registerFinalization(target: object, settlement: Settlement): void {
	if (settlement.ended) return;
	try {
		if (state.open.has(settlement)) state.registry.unregister(settlement);
		else if (state.open.size >= state.sweepAt) sweep();
		state.open.set(settlement, platform.performanceNow());
		state.registry.register(target, settlement, settlement);
	} catch (error) {
		warnFault('Registering a result', error);
	}
}

/** Removes a settlement that ended. It costs one look-up if the settlement was never registered. Never throws. */
export function unregisterFinalization(settlement: Settlement): void {
	try {
		if (state.open.size > 0 && state.open.delete(settlement)) state.registry.unregister(settlement);
	} catch (error) {
		warnFault('Unregistering a result', error);
	}
}

/** Ends a settlement with `abandoned()`, as if its target had been garbage-collected. */
export function abandon(settlement: Settlement): void {
	const heldAt = state.open.get(settlement) ?? platform.performanceNow();
	unregisterFinalization(settlement);
	settlement.abandoned(heldAt);
}

/** Ends every open settlement with `abandoned()`, then calls what `onShutdown()` registered. Called at shutdown. */
export function abandonOpenSettlements(): void {
	for (const [settlement, heldAt] of [...state.open]) {
		unregisterFinalization(settlement);
		settlement.abandoned(heldAt);
	}
	for (const callback of state.atShutdown) callback();
}

/** Registers a function that is called at each shutdown, after the open settlements were ended. */
export function onShutdown(callback: () => void): void {
	state.atShutdown.push(callback);
}

/** Removes the settlements that ended without unregistering. The next sweep is due when the rest has doubled. */
function sweep(): void {
	for (const settlement of state.open.keys()) if (settlement.ended) unregisterFinalization(settlement);
	state.sweepAt = Math.max(1024, state.open.size * 2);
}
