import type { Attributes, Span } from '@opentelemetry/api';
import { sessionAttributes } from '../../agentese/observers/observer-attributes.js';
import type { InvocationView, JoinPointFacts } from '../../invocation/advice.js';
import { Constants } from '../../redaction/constants.js';
import { redactionSettings, writtenText, writtenValue } from '../../redaction/settings.js';
import { genaiAtStart } from '../genai/span-attributes.js';
import { cutPath } from './attribute-values.js';
import { fastSpan, isFastSpan } from './fast-attributes.js';

const MAX_OBSERVER = 256;

/** What the spans of one method say when they start; what is the same for all of them is made once. */
export class StartAttributes {
	readonly #point: JoinPointFacts;
	readonly #fixed: Readonly<Attributes>;
	readonly #constants: Constants;
	/** Whether the template has parameters, so that path and holon are each call's own. */
	readonly #expands: boolean;
	/** Whether there are all seven, none of them longer than what a plain span takes. */
	readonly #whole: boolean;

	constructor(point: JoinPointFacts) {
		this.#point = point;
		this.#fixed = Object.freeze(fixedAttributes(point));
		this.#constants = new Constants(this.#fixed);
		this.#expands = point.template?.includes(':') === true;
		const { template, context, holon, aspect, functionName } = point;
		this.#whole = functionName !== '' && [template, context, holon, aspect, functionName].every(isFastSpan);
	}

	/** The attributes that are known when a call begins. */
	of(invocation: InvocationView): Attributes {
		const { template } = this.#point;
		const genai = genaiAtStart(invocation);
		if (template === undefined) return genai === undefined ? this.#fixed : { ...this.#fixed, ...genai };
		const path = this.#pathOf(invocation, template);
		return {
			...this.#fixed,
			'agentese.path': path,
			...(this.#expands ? { 'agentese.holon': holonOf(path) } : undefined),
			...aliasFacts(invocation),
			'agentese.observer': observerId(invocation),
			'agentese.archetype': archetypeOf(invocation),
			...sessionAttributes(invocation.observer),
			...genai,
		};
	}

	/** Writes them on a span that has just begun. */
	write(invocation: InvocationView, span: Span): void {
		const plain = this.#whole ? fastSpan(span) : undefined;
		if (plain === undefined || plain._attributesCount !== 0) {
			span.setAttributes(this.of(invocation));
			return;
		}
		const { template = '', context = '', holon = '', aspect = '', functionName } = this.#point;
		const path = this.#pathOf(invocation, template);
		// Names that stand in the code: under a variable name each would cost as much as three of these.
		const { attributes } = plain;
		attributes['agentese.path'] = path;
		attributes['agentese.context'] = context;
		attributes['agentese.holon'] = this.#expands ? holonOf(path) : holon;
		attributes['agentese.aspect'] = aspect;
		attributes['code.function.name'] = functionName;
		attributes['agentese.observer'] = observerId(invocation);
		attributes['agentese.archetype'] = archetypeOf(invocation);
		plain._attributesCount = 7;
		if (plain._constants === null) plain._constants = this.#constants;
		const more = this.#more(invocation);
		if (more !== undefined) span.setAttributes(more);
	}

	/** The path of a call; one that is all its method's calls' is looked at for secrets once. */
	#pathOf(invocation: InvocationView, template: string): string {
		const path = invocation.path ?? template;
		if (path === template) {
			const { redactor, atWrite } = redactionSettings();
			if (!atWrite || redactor === undefined) return cutPath(path);
			if (!redactor.asks && this.#constants.areClean(redactor)) return cutPath(path);
		}
		return cutPath(writtenText('agentese.path', path));
	}

	/** What most calls do not have. */
	#more(invocation: InvocationView): Attributes | undefined {
		const genai = genaiAtStart(invocation);
		const session = sessionAttributes(invocation.observer);
		if (genai === undefined && session === undefined && invocation.alias === undefined) return undefined;
		return { ...aliasFacts(invocation), ...session, ...genai };
	}
}

function holonOf(path: string): string {
	return path.split('.').slice(1, -1).join('.');
}

function aliasFacts({ alias }: InvocationView): Attributes | undefined {
	return alias === undefined ? undefined : { 'agentese.alias': cutPath(writtenText('agentese.alias', alias)) };
}

function observerId({ observer }: InvocationView): string {
	return cut(writtenValue('agentese.observer', observer.id));
}

function archetypeOf({ observer }: InvocationView): string {
	return cut(writtenValue('agentese.archetype', observer.archetype));
}

function cut(text: string): string {
	return text.length > MAX_OBSERVER ? text.slice(0, MAX_OBSERVER) : text;
}

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
