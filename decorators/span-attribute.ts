import { declareAttribute, memberOn } from '../lib/weaving/declarations/declarations.js';
import { type DecoratorTarget, readTarget } from '../lib/weaving/declarations/decorator-target.js';
import { decorationError, describeTarget } from './refuse.js';

/**
 * The options of {@linkcode SpanAttribute | @SpanAttribute}.
 *
 * @example
 * ```ts
 * import { SpanAttribute, type SpanAttributeOptions, Traced } from 'agentese-otel';
 *
 * const everywhere: SpanAttributeOptions = { propagate: true };
 * class Soul {
 * 	@SpanAttribute('app.tenant', everywhere)
 * 	tenant = 'acme';
 * 	@Traced ask() {
 * 		return `${this.tenant} asks`; // the spans inside have app.tenant = acme as well
 * 	}
 * }
 * new Soul().ask(); // => 'acme asks'
 * ```
 */
export interface SpanAttributeOptions {
	/**
	 * True writes the attribute on every span that starts inside the invocation as well, as `Invocation.propagate` does: on
	 * those of invocations, and on those of all libraries if `invocationSpanProcessor` runs. @default false
	 */
	readonly propagate?: boolean | undefined;
}

/**
 * The types of `@SpanAttribute(key)`: on a parameter (legacy standard), a field, a getter or an accessor (both standards).
 */
export type SpanAttributeDecorator = ((target: object, key: PropertyKey | undefined, index: number) => void) &
	((target: object, key: PropertyKey, descriptor?: PropertyDescriptor) => void) &
	(<This, V>(value: undefined, context: ClassFieldDecoratorContext<This, V>) => void) &
	(<This, V>(value: () => V, context: ClassGetterDecoratorContext<This, V>) => void) &
	(<This, V>(value: ClassAccessorDecoratorTarget<This, V>, context: ClassAccessorDecoratorContext<This, V>) => void);

/**
 * Writes a value on the span: the value of a parameter on the spans of its method, the value of a field, a getter or an
 * accessor on the spans of all traced methods of the object. It is read when the method is called. Values that
 * OpenTelemetry would drop (Date, bigint, Error, Map, class instances) are written as text; null and undefined are left
 * out.
 *
 * @param key - the attribute's key on the span. @default the name of the field, getter or accessor, without the `#` of a
 *   private one; a parameter needs a key
 * @param options - may be the only argument. @default { propagate: false }
 * @returns a decorator of parameters, fields, getters and accessors
 * @throws DecorationError when the class is defined, if the key is empty, if an option is unknown or has a wrong value,
 *   if a parameter or a member whose name is a symbol has none, or if it is on a method, a setter, a class or a
 *   parameter of the constructor
 *
 * @example
 * ```ts
 * import { SpanAttribute, Traced } from 'agentese-otel';
 *
 * class Soul {
 * 	@SpanAttribute('app.tenant')
 * 	tenant = 'acme';
 *
 * 	@Traced
 * 	challenge() {
 * 		return `${this.tenant} asks`; // its span has app.tenant = acme
 * 	}
 * }
 * new Soul().challenge(); // => 'acme asks'
 * ```
 */
export function SpanAttribute(
	key?: string | SpanAttributeOptions,
	options?: SpanAttributeOptions,
): SpanAttributeDecorator {
	return typeof key === 'object' && key !== null && options === undefined
		? decoratorOf(undefined, key)
		: decoratorOf(key, options);
}

/** Returns the decorator with a key and options, which are checked when it is applied. */
function decoratorOf(key: unknown, options: unknown): SpanAttributeDecorator {
	return ((...args: unknown[]) => {
		const target = readTarget(args);
		const propagate = checkedPropagate(target, options);
		if (key !== undefined && (typeof key !== 'string' || key === '')) {
			throw wrongKey(target, key === '' ? 'an empty text' : typeof key, 'accepts the key of an attribute');
		}
		if (target?.type === 'parameter' && target.key !== undefined) {
			if (key === undefined) throw wrongKey(target, 'no key', 'on a parameter needs the key of the attribute');
			memberOn(target.owner, target.key, 'method').parameterAttributes.push({
				index: target.index,
				attribute: key,
				propagate,
			});
			return;
		}
		if (target?.type !== 'member' || target.kind === 'method' || target.kind === 'setter') {
			throw decorationError(target, {
				decorator: '@SpanAttribute',
				rule: '@SpanAttribute goes on a parameter of a method, a field, a getter or an accessor.',
				got: describeTarget(target),
				wayOut: '@Traced({ attributes: (args, self) => ({ … }) }) on the method',
			});
		}
		const attribute = key ?? nameOf(target.key);
		if (attribute === undefined) {
			throw wrongKey(target, 'no key', 'on a member whose name is a symbol needs the key of the attribute');
		}
		declareOn(target, attribute, propagate);
	}) as SpanAttributeDecorator;
}

/** Returns the option `propagate`. Throws a DecorationError for options that are illegal. */
function checkedPropagate(target: DecoratorTarget | undefined, options: unknown): boolean {
	if (options === undefined) return false;
	const refuse = (rule: string, got: string): Error =>
		decorationError(target, { decorator: '@SpanAttribute', rule, got, wayOut: '{ propagate: true }' });
	const legal = 'The options of @SpanAttribute are an object; its only key is propagate.';
	if (typeof options !== 'object' || options === null || Array.isArray(options)) {
		throw refuse(legal, options === null ? 'null for options' : `${typeof options} for options`);
	}
	const unknown = Object.keys(options).find((name) => name !== 'propagate');
	if (unknown !== undefined) throw refuse(legal, `the option '${unknown.slice(0, 80)}'`);
	const { propagate = false } = options as { propagate?: unknown };
	if (typeof propagate === 'boolean') return propagate;
	throw refuse("The option 'propagate' is true or false.", `${typeof propagate} for propagate`);
}

/** Returns the name of a member as the key of its attribute; undefined for a symbol. */
function nameOf(key: PropertyKey): string | undefined {
	return typeof key === 'symbol' ? undefined : String(key).replace(/^#/, '');
}

/** Returns the error for a key that is wrong or absent. */
function wrongKey(target: DecoratorTarget | undefined, got: string, rule: string): Error {
	return decorationError(target, {
		decorator: '@SpanAttribute',
		rule: `@SpanAttribute ${rule}.`,
		got,
		wayOut: "@SpanAttribute('app.tenant')",
	});
}

/**
 * Declares the attribute of a field, a getter or an accessor. A private one can only be read through its TC39 context.
 */
function declareOn(target: DecoratorTarget & { type: 'member' }, attribute: string, propagate: boolean): void {
	const { key, owner, tc39 } = target;
	const read = (self: object): unknown => tc39?.access?.get?.(self) ?? (self as Record<PropertyKey, unknown>)[key];
	if (owner !== undefined) declareAttribute({ owner }, { attribute, read, propagate });
	else if (tc39?.metadata !== undefined) declareAttribute({ metadata: tc39.metadata }, { attribute, read, propagate });
}
