import type { Attributes, Span } from '@opentelemetry/api';
import { sessionAttributes } from '../../agentese/observers/observer-attributes.js';
import type { JoinPointFacts, LiveInvocation } from '../../invocation/advice.js';
import { ConstantAttributes } from '../../redaction/constant-attributes.js';
import { redactionSettings, redactTextAtWrite } from '../../redaction/settings.js';
import {
	ATTR_AGENTESE_ALIAS,
	ATTR_AGENTESE_ARCHETYPE,
	ATTR_AGENTESE_ASPECT,
	ATTR_AGENTESE_CONTEXT,
	ATTR_AGENTESE_HOLON,
	ATTR_AGENTESE_OBSERVER,
	ATTR_AGENTESE_PATH,
	ATTR_CODE_FUNCTION_NAME,
} from '../../runtime/names.generated.js';
import { genaiStartAttributes } from '../genai/span-attributes.js';
import { cutPath } from './attribute-values.js';
import { directSpan, isDirectText } from './fast-attributes.js';
import { RepeatedValue } from './repeated-value.js';

/** The most characters of an observer's id and archetype on a span. */
const MAX_OBSERVER = 256;

/** The ids and the archetypes of observers, without secrets. */
const observerIds = new RepeatedValue(ATTR_AGENTESE_OBSERVER, MAX_OBSERVER);
const archetypes = new RepeatedValue(ATTR_AGENTESE_ARCHETYPE, MAX_OBSERVER);

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
	of(invocation: LiveInvocation): Attributes {
		const { template } = this.#point;
		const genai = genaiStartAttributes(invocation);
		if (template === undefined) return genai === undefined ? this.#fixed : { ...this.#fixed, ...genai };
		const path = this.#pathOf(invocation, template);
		return {
			...this.#fixed,
			[ATTR_AGENTESE_PATH]: path,
			...(this.#expands ? { [ATTR_AGENTESE_HOLON]: holonOf(path) } : undefined),
			...aliasAttributes(invocation),
			[ATTR_AGENTESE_OBSERVER]: observerIds.of(invocation.observer.id),
			[ATTR_AGENTESE_ARCHETYPE]: archetypes.of(invocation.observer.archetype),
			...sessionAttributes(invocation.observer),
			...genai,
		};
	}

	/**
	 * Writes the same attributes on a span that has just started. If the span permits it they are assigned directly, else
	 * by `setAttributes`.
	 */
	write(invocation: LiveInvocation, span: Span): void {
		const direct = this.#isDirect ? directSpan(span) : undefined;
		if (direct === undefined || direct._attributesCount !== 0) {
			span.setAttributes(this.of(invocation));
			return;
		}
		const { template = '', context = '', holon = '', aspect = '', functionName } = this.#point;
		const path = this.#pathOf(invocation, template);
		// The keys are literals: an assignment by a variable key takes as long as three of these.
		const { attributes } = direct;
		attributes[ATTR_AGENTESE_PATH] = path;
		attributes[ATTR_AGENTESE_CONTEXT] = context;
		attributes[ATTR_AGENTESE_HOLON] = this.#expands ? holonOf(path) : holon;
		attributes[ATTR_AGENTESE_ASPECT] = aspect;
		attributes[ATTR_CODE_FUNCTION_NAME] = functionName;
		const { id, archetype } = invocation.observer;
		attributes[ATTR_AGENTESE_OBSERVER] = observerIds.of(id);
		attributes[ATTR_AGENTESE_ARCHETYPE] = archetypes.of(archetype);
		// The span had no attributes before, so these seven are all it has.
		direct._attributesCount = 7;
		if (direct._constants === null) direct._constants = this.#constants;
		const more = this.#optionalAttributes(invocation);
		if (more !== undefined) span.setAttributes(more);
	}

	/** Returns the path of a call without secrets. A path without parameters is inspected once for all calls. */
	#pathOf(invocation: LiveInvocation, template: string): string {
		const path = invocation.path ?? template;
		if (path === template) {
			const { redactor, atWrite } = redactionSettings();
			if (!atWrite || redactor === undefined) return cutPath(path);
			if (!redactor.hasCustomFunction && this.#constants.areClean(redactor)) return cutPath(path);
		}
		return cutPath(redactTextAtWrite(ATTR_AGENTESE_PATH, path));
	}

	/** Returns the attributes that most calls do not have; undefined if there are none. */
	#optionalAttributes(invocation: LiveInvocation): Attributes | undefined {
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
function aliasAttributes({ alias }: LiveInvocation): Attributes | undefined {
	return alias === undefined
		? undefined
		: { [ATTR_AGENTESE_ALIAS]: cutPath(redactTextAtWrite(ATTR_AGENTESE_ALIAS, alias)) };
}

/** Returns the attributes that depend on the method alone. */
function fixedAttributes(point: JoinPointFacts): Attributes {
	const code = point.functionName === '' ? undefined : { [ATTR_CODE_FUNCTION_NAME]: point.functionName };
	if (point.template === undefined) return { ...code };
	return {
		[ATTR_AGENTESE_PATH]: cutPath(point.template),
		...(point.context === undefined ? undefined : { [ATTR_AGENTESE_CONTEXT]: point.context }),
		...(point.holon === undefined ? undefined : { [ATTR_AGENTESE_HOLON]: point.holon }),
		...(point.aspect === undefined ? undefined : { [ATTR_AGENTESE_ASPECT]: point.aspect }),
		...code,
	};
}
