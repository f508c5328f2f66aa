import { ProxyTracerProvider, type Tracer, type TracerOptions, type TracerProvider } from '@opentelemetry/api';
import { currentScope } from './scope.js';

/** What a tracer is fetched by. */
type Source = readonly [name: string, version?: string | undefined, options?: TracerOptions | undefined];

/** Without a delegate, a tracer of this provider does nothing. */
const NOOP = new ProxyTracerProvider().getTracer('');

/**
 * A tracer that passes each span to the tracer of the running scope, and outside of all scopes to that of the SDK that
 * is registered beside. So a tracer that a module fetched once, in whichever test, records in all later ones.
 */
class ScopedTracer implements Tracer {
	readonly #source: Source;
	readonly #fallback: () => TracerProvider | undefined;

	constructor(source: Source, fallback: () => TracerProvider | undefined) {
		this.#source = source;
		this.#fallback = fallback;
	}

	startSpan(...args: Parameters<Tracer['startSpan']>) {
		return this.#target().startSpan(...args);
	}

	startActiveSpan(...args: unknown[]): never {
		const target = this.#target();
		return Reflect.apply(target.startActiveSpan, target, args as never) as never;
	}

	#target(): Tracer {
		const providers = currentScope()?.providers;
		if (providers !== undefined) return providers.tracer(...this.#source);
		return this.#fallback()?.getTracer(...this.#source) ?? NOOP;
	}
}

/**
 * Returns a provider of tracers that pass their spans to the running scope.
 *
 * @param fallback - returns the provider that receives the spans outside of all scopes; undefined for none
 */
export function scopedTracers(fallback: () => TracerProvider | undefined): TracerProvider {
	return { getTracer: (...source) => new ScopedTracer(source, fallback) };
}
