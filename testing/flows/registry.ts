import { context, type LoggerProvider, type MeterProvider, propagation, type TracerProvider } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { apiRegistry } from '../../lib/runtime/active-context.js';
import * as application from '../../lib/runtime/application-api.js';
import { processState } from '../../lib/runtime/process-state.js';
import { SCOPE } from '../../lib/runtime/version.js';
import { propagator } from '../../sdk/providers/propagator.js';
import { scopedLoggers } from './loggers.js';
import { scopedMeters } from './meters.js';
import { currentScope, type Scope, type ScopeProviders } from './scope.js';
import { separateStates } from './states.js';
import { scopedTracers } from './tracers.js';

/** The signals for which the API's registry has a provider. */
const SIGNALS = ['trace', 'metrics', 'logs'] as const;
type Signal = (typeof SIGNALS)[number];

/** The API's proxies pass on to a provider. That of tracers has a public setter for it, that of loggers has none. */
interface ProxyInternals {
	_delegate?: object | undefined;
}

/** What a scope has in the place of the registered providers. */
type Registered = Record<Signal, object | undefined>;

/** What is undone when the last scope is closed; undefined while there is none. */
const state = processState('testing/registry', () => ({
	undo: undefined as (() => void)[] | undefined,
	/** The accessor of the registry by which it is found out whether somebody has removed it. */
	getter: undefined as (() => unknown) | undefined,
	/**
	 * All of the API's proxies that were seen, by signal. `trace.disable()` gives the API a new one; the tracers of modules
	 * still refer to the one that they were fetched from.
	 */
	proxies: { trace: new Set<ProxyInternals>(), logs: new Set<ProxyInternals>() },
	/** What receives telemetry outside of all scopes: the providers of an SDK that is registered beside. */
	beside: { trace: undefined, metrics: undefined, logs: undefined } as Partial<Registered>,
}));

/** The providers of tracers, meters and loggers that pass on to the running scope. */
const scoped = processState('testing/providers', () => ({
	trace: scopedTracers(() =>
		isInstalled() ? (state.beside.trace as TracerProvider) : application.trace.getTracerProvider(),
	),
	metrics: scopedMeters(() =>
		isInstalled() ? (state.beside.metrics as MeterProvider) : application.metrics.getMeterProvider(),
	),
	logs: scopedLoggers(
		() => (isInstalled() ? state.beside.logs : application.logs?.getLoggerProvider()) as LoggerProvider | undefined,
	),
}));

const registered = new WeakMap<Scope, Registered>();

/**
 * Registers with OpenTelemetry's API what passes telemetry to the scope of the running flow. An SDK that is registered
 * keeps what is recorded outside of all scopes. Does nothing if that was done and nobody has undone it.
 */
export function install(): void {
	if (isInstalled()) return;
	uninstall();
	const undo: (() => void)[] = [];
	if (apiRegistry()?.context === undefined) {
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		undo.push(() => context.disable());
	}
	const w3c = propagator();
	if (w3c !== undefined && (apiRegistry() as { propagation?: unknown }).propagation === undefined) {
		propagation.setGlobalPropagator(w3c);
		undo.push(() => propagation.disable());
	}
	// Before the accessors are defined: these are the API's own proxies, or what an SDK has registered beside.
	redirect('trace', application.trace.getTracerProvider(), undo);
	redirect('logs', application.logs?.getLoggerProvider(), undo);
	state.beside.metrics = apiRegistry()?.metrics as object | undefined;
	defineAccessors(apiRegistry() as Partial<Registered>, undo);
	undo.push(separateStates());
	state.undo = undo;
}

/** Returns true if `install` was called, and nobody has removed what it registered. */
function isInstalled(): boolean {
	const registry = apiRegistry();
	if (state.undo === undefined || state.getter === undefined || registry === undefined) return false;
	for (const signal of ['trace', 'logs'] as const) {
		for (const proxy of state.proxies[signal]) if (proxy._delegate !== scoped[signal]) return false;
	}
	return Object.getOwnPropertyDescriptor(registry, 'trace')?.get === state.getter;
}

/** Unregisters what `install` registered. */
export function uninstall(): void {
	for (const step of state.undo?.toReversed() ?? []) step();
	state.undo = undefined;
	state.getter = undefined;
}

/** Remembers what the API has as its provider, if that is a proxy of the API. */
function remember(signal: 'trace' | 'logs', provider: object | undefined): void {
	if (provider === undefined) return;
	if (/^Proxy(Tracer|Logger)Provider$/.test(provider.constructor.name))
		state.proxies[signal].add(provider as ProxyInternals);
}

/** Makes the API's proxies, whose tracers or loggers modules may have fetched already, pass on to the running scope. */
function redirect(signal: 'trace' | 'logs', provider: object | undefined, undo: (() => void)[]): void {
	remember(signal, provider);
	state.beside[signal] = provider;
	for (const proxy of state.proxies[signal]) {
		const former = proxy._delegate;
		if (proxy === provider) state.beside[signal] = former;
		proxy._delegate = scoped[signal];
		undo.push(() => {
			// An SDK that was registered meanwhile keeps its place.
			if (proxy._delegate === scoped[signal]) proxy._delegate = former;
		});
	}
}

/** Makes the registered providers those of the running scope, and outside of all scopes what they are. */
function defineAccessors(registry: Partial<Registered>, undo: (() => void)[]): void {
	for (const signal of SIGNALS) {
		let base = registry[signal];
		const get = () => {
			const scope = currentScope();
			return scope === undefined ? base : registered.get(scope)?.[signal];
		};
		if (signal === 'trace') state.getter = get;
		Object.defineProperty(registry, signal, {
			configurable: true,
			enumerable: true,
			get,
			set: (value: Registered[Signal] | undefined) => {
				// A copy of the API tries whether the registry can be read by writing what it has read.
				if (value !== get()) base = value;
			},
		});
		undo.push(() => {
			if (Object.getOwnPropertyDescriptor(registry, signal)?.get !== get) return;
			delete registry[signal];
			if (base !== undefined) registry[signal] = base;
		});
	}
}

/**
 * Sets the providers of a scope. What is fetched through the API passes on to the running scope, except by the toolkit
 * itself: it fetches its tracer and its meters again in each scope, and needs the real ones.
 */
export function registerFor(scope: Scope, providers: ScopeProviders): void {
	const tracers: TracerProvider = {
		getTracer: (name, ...rest) =>
			name === SCOPE ? providers.tracer(name, ...rest) : scoped.trace.getTracer(name, ...rest),
	};
	const meters: MeterProvider = {
		getMeter: (name, ...rest) =>
			name === SCOPE || name.startsWith(`${SCOPE}/`)
				? providers.meter(name, ...rest)
				: scoped.metrics.getMeter(name, ...rest),
	};
	registered.set(scope, { trace: tracers, metrics: meters, logs: scoped.logs });
	scope.providers = providers;
}

remember('trace', application.trace.getTracerProvider());
remember('logs', application.logs?.getLoggerProvider());
