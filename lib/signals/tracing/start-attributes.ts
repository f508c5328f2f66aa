import type { Attributes, Span } from '@opentelemetry/api';
import { sessionAttributes } from '../../agentese/observers/observer-attributes.js';
import type { InvocationView, JoinPointFacts } from '../../invocation/advice.js';
import { ConstantAttributes } from '../../redaction/constant-attributes.js';
import { redactionSettings, redactTextAtWrite, redactValueAtWrite } from '../../redaction/settings.js';
import { genaiStartAttributes } from '../genai/span-attributes.js';
import { cutPath } from './attribute-values.js';
import { directSpan, isDirectText } from './fast-attributes.js';

/** The most characters of an observer's id and archetype on a span. */
const MAX_OBSERVER = 256;

/**
 * The attributes that the spans of one method start with: path, context, holon, aspect, observer and archetype, and the
 * name of the function. Those that all its spans share are computed once. Secrets are removed as the settings require.
 */
export class StartAttributes {
	readonly #point: JoinPointFacts;
	/** The attributes that depend on the method alone; frozen. */
	readonly #fixed: Readonly<Attributes>;
	/** The same for redaction, which inspects them once for all spans. */
	readonly #constants: ConstantAttributes;
	/** Whether the template has parameters, so that path and holon differ from call to call. */
	readonly #expands: boolean;
	/** Whether all seven attributes exist, and those that are fixed are short enough to be assigned directly. */
	readonly #isDirect: boolean;

	constructor(point: JoinPointFacts) {
		this.#point = point;
		this.#fixed = Object.freeze(fixedAttributes(point));
		this.#constants = new ConstantAttributes(this.#fixed);
		this.#expands = point.template?.includes(':') === true;
		const { template, context, holon, aspect, functionName } = point;
		this.#isDirect = functionName !== '' && [template, context, holon, aspect, functionName].every(isDirectText);
	}

	/**
	 * Returns the attributes that are known when a call begins. The object may be frozen and shared by all calls.
	 *
	 * @param invocation - the call, with its path, observer and alias
	 */
	of(invocation: InvocationView): Attributes {
		const { template } = this.#point;
		const genai = genaiStartAttributes(invocation);
		if (template === undefined) return genai === undefined ? this.#fixed : { ...this.#fixed, ...genai };
		const path = this.#pathOf(invocation, template);
		return {
			...this.#fixed,
			'agentese.path': path,
			...(this.#expands ? { 'agentese.holon': holonOf(path) } : undefined),
			...aliasAttributes(invocation),
			'agentese.observer': observerId(invocation),
			'agentese.archetype': archetypeOf(invocation),
			...sessionAttributes(invocation.observer),
			...genai,
		};
	}

	/**
	 * Writes the same attributes on a span that has just started. If the span permits it they are assigned directly, else
	 * by `setAttributes`.
	 */
	write(invocation: InvocationView, span: Span): void {
		const direct = this.#isDirect ? directSpan(span) : undefined;
		if (direct === undefined || direct._attributesCount !== 0) {
			span.setAttributes(this.of(invocation));
			return;
		}
		const { template = '', context = '', holon = '', aspect = '', functionName } = this.#point;
		const path = this.#pathOf(invocation, template);
		// The keys are literals: an assignment by a variable key takes as long as three of these.
		const { attributes } = direct;
		attributes['agentese.path'] = path;
		attributes['agentese.context'] = context;
		attributes['agentese.holon'] = this.#expands ? holonOf(path) : holon;
		attributes['agentese.aspect'] = aspect;
		attributes['code.function.name'] = functionName;
		attributes['agentese.observer'] = observerId(invocation);
		attributes['agentese.archetype'] = archetypeOf(invocation);
		// The span had no attributes before, so these seven are all it has.
		direct._attributesCount = 7;
		if (direct._constants === null) direct._constants = this.#constants;
		const more = this.#optionalAttributes(invocation);
		if (more !== undefined) span.setAttributes(more);
	}

	/** Returns the path of a call without secrets. A path without parameters is inspected once for all calls. */
	#pathOf(invocation: InvocationView, template: string): string {
		const path = invocation.path ?? template;
		if (path === template) {
			const { redactor, atWrite } = redactionSettings();
			if (!atWrite || redactor === undefined) return cutPath(path);
			if (!redactor.hasCustomFunction && this.#constants.areClean(redactor)) return cutPath(path);
		}
		return cutPath(redactTextAtWrite('agentese.path', path));
	}

	/** Returns the attributes that most calls do not have; undefined if there are none. */
	#optionalAttributes(invocation: InvocationView): Attributes | undefined {
		const genai = genaiStartAttributes(invocation);
		const session = sessionAttributes(invocation.observer);
		if (genai === undefined && session === undefined && invocation.alias === undefined) return undefined;
		return { ...aliasAttributes(invocation), ...session, ...genai };
	}
}

/** Returns the segments of a path between its context and its aspect. */
function holonOf(path: string): string {
	return path.split('.').slice(1, -1).join('.');
}

/** Returns `agentese.alias` if the path was invoked by an alias. */
function aliasAttributes({ alias }: InvocationView): Attributes | undefined {
	return alias === undefined ? undefined : { 'agentese.alias': cutPath(redactTextAtWrite('agentese.alias', alias)) };
}

/** Returns the observer's id without secrets, cut. */
function observerId({ observer }: InvocationView): string {
	return cut(redactValueAtWrite('agentese.observer', observer.id));
}

/** Returns the observer's archetype without secrets, cut. */
function archetypeOf({ observer }: InvocationView): string {
	return cut(redactValueAtWrite('agentese.archetype', observer.archetype));
}

function cut(text: string): string {
	return text.length > MAX_OBSERVER ? text.slice(0, MAX_OBSERVER) : text;
}

/** Returns the attributes that depend on the method alone. */
function fixedAttributes(point: JoinPointFacts): Attributes {
	const code = point.functionName === '' ? undefined : { 'code.function.name': point.functionName };
	if (point.template === undefined) return { ...code };
	return {
		'agentese.path': cutPath(point.template),
		...(point.context === undefined ? undefined : { 'agentese.context': point.context }),
		...(point.holon === undefined ? undefined : { 'agentese.holon': point.holon }),
		...(point.aspect === undefined ? undefined : { 'agentese.aspect': point.aspect }),
		...code,
	};
}
