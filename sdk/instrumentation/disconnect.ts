import { createNoopMeter, ProxyTracerProvider } from '@opentelemetry/api';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { Instrumentation } from './load.js';

/**
 * Takes tracers and meters away from instrumentations, until another start gives them new ones. They stay in the
 * modules that they patched: their own `disable()` does not find its way back where a module was loaded by `import` and
 * by `require` (http then makes each client span twice after `enable()`, measured).
 *
 * The proxy provider is one that nobody registers: its spans are no-ops, and what is below them keeps the parent above.
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
