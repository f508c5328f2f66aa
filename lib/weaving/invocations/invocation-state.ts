import type { Additions, LiveInvocation } from '../../invocation/advice.js';
import type { Settlement } from '../../settling/common/settlement.js';
import type { StreamTimer } from '../../settling/common/stream-timing.js';
import type { ChunkReader } from '../../tokens/result-usage.js';
import type { JoinPoint } from '../join-points/join-point.js';

/** The fields of an invocation that its beginning, the items of its stream and its end read and write. */
export interface InvocationState extends LiveInvocation, Settlement {
	readonly point: JoinPoint;
	additions: Additions | undefined;
	entered: boolean;
	ended: boolean;
	/** When the call began, on the clock of `performance.now()`; 0 if no advice reads the duration. */
	readonly startedAt: number;
	/**
	 * What `enter` of the first advice returned. It has a field of its own because most methods have one or two advices.
	 */
	firstState: unknown;
	/** What `enter` of the other advices returned, by the advice's index; undefined if none returned anything. */
	otherStates: unknown[] | undefined;
	/** Reads token usage from the items of a stream; undefined until the first item. */
	chunks: ChunkReader | undefined;
	/** Measures the stream; undefined if the result is no stream, or nothing observes its items. */
	readonly streamTimer: StreamTimer | undefined;
	/** Drops the references that an ended invocation does not need. */
	releaseReferences(): void;
}
