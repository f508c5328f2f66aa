import { type DecoratorTarget, readTarget } from '../lib/weaving/declarations/decorator-target.js';
import { refuseContradiction } from '../lib/weaving/decorate.js';
import { decorationError, describeTarget } from './refuse.js';
import type { BareDecorator } from './types.js';

/** The types of `@Untraced`, bare and called, in both decorator standards. */
export type UntracedDecorator = BareDecorator & (() => BareDecorator);

/**
 * Leaves a method out of {@linkcode Traced | @Traced} on its class, and out of the tracing of {@linkcode createLogos}:
 * it has no span, and no count that `@Traced` brings. {@linkcode Metered | @Metered} and decorators of
 * `createDecorator`, on its class or on itself, still apply.
 *
 * @throws DecorationError when the class is defined, if `@Traced` is on the same method, or if it is on a class or a
 *   parameter
 *
 * @example
 * ```ts
 * import { Traced, Untraced } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * @Traced
 * class Soul {
 * 	challenge() {}
 * 	@Untraced
 * 	ping() {}
 * }
 * await using telemetry = await startTelemetry({ preset: 'json' });
 * new Soul().ping();
 * new Soul().challenge();
 * telemetry.stats().spans.created; // => 1
 * ```
 */
export const Untraced = ((...args: unknown[]) => {
	const target = readTarget(args);
	return target === undefined ? (...targetArgs: unknown[]) => declare(readTarget(targetArgs)) : declare(target);
}) as UntracedDecorator;

/** Marks the member as untraced. */
function declare(target: DecoratorTarget | undefined): undefined {
	if (target?.type !== 'member') {
		throw decorationError(target, {
			decorator: '@Untraced',
			rule: '@Untraced goes on a method.',
			got: describeTarget(target),
			wayOut: 'leaving @Traced off the class',
		});
	}
	const member = target.member();
	refuseContradiction('Untraced', member, target.className);
	member.untraced = true;
}
