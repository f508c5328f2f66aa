import { createNoopMeter, ProxyTracerProvider } from '@opentelemetry/api';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { Instrumentation } from './load.js';

/**
 * Gives instrumentations tracers and meters that do nothing, until the next start gives them new ones. Their patches
 * stay in place: `disable()` does not undo the patch of a module that was loaded both by `import` and by `require`
 * (http then creates each client span twice after `enable()`, measured).
 *
 * The proxy provider is never registered, so its spans are no-ops, and spans below them keep the parent above. Never
 * throws; what an instrumentation throws is logged.
 */
export function disconnect(instrumentations: readonly Instrumentation[]): void {
	for (const instrumentation of instrumentations) {
		try {
			instrumentation.setTracerProvider(new ProxyTracerProvider());
			instrumentation.setMeterProvider({ getMeter: () => createNoopMeter() });
		} catch (error) {
			const { instrumentationName } = instrumentation;
			warnOnce(`quieten/${instrumentationName}`, `${instrumentationName} could not be stopped.`, error);
		}
	}
}
