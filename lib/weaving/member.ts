import type { AdviceSpec } from '../invocation/advice.js';
import type { Category } from '../invocation/category.js';

/** What kind of class member was decorated; `function` for one that stands alone. */
export type MemberKind = 'method' | 'getter' | 'setter' | 'accessor' | 'field' | 'function';

/** One decorator's word on a member: which decorator, with which options, on the member itself or on its class. */
export interface Saying {
	readonly spec: AdviceSpec;
	readonly options: object;
	readonly level: 'class' | 'member';
}

/** What `@Aspect` says. */
export interface AspectOptions {
	/** The aspect that the method answers. @default the method's name */
	readonly name?: string | undefined;
	/** The archetypes that may ask. @default all */
	readonly affordedTo?: readonly string[] | undefined;
	/** What kind of aspect it is. @default unsaid */
	readonly category?: Category | undefined;
}

/** An `@Attribute` on a parameter. */
export interface ParameterAttribute {
	readonly index: number;
	readonly attribute: string;
}

/**
 * All that decorators said of one member of one class. A member is woven once, whatever the number and the order of
 * the decorators on it: each of them finds this record and adds to it.
 */
export class Member {
	readonly key: PropertyKey;
	/** The name for people: `challenge`, `#ponder`, `[reset]` for a symbol. */
	readonly name: string;
	readonly isStatic: boolean;
	readonly isPrivate: boolean;
	kind: MemberKind;
	woven = false;
	aspect: AspectOptions | undefined;
	untraced = false;
	/** The index of the parameter that is the observer, where `@Observer()` says so. */
	observerAt: number | undefined;
	readonly parameterAttributes: ParameterAttribute[] = [];
	readonly sayings: Saying[] = [];
	/** The prototype or class that declares it, where that is known. */
	home: object | undefined;
	/** TC39: the metadata object of the declaring class, by which `home` is found later. */
	readonly metadata: object | undefined;
	/** TC39: reads a private method from an instance. */
	readPrivate: ((self: object) => unknown) | undefined;

	constructor(key: PropertyKey, kind: MemberKind, isStatic: boolean, isPrivate = false, metadata?: object) {
		this.key = key;
		this.name = typeof key === 'symbol' ? `[${key.description ?? ''}]` : String(key);
		this.kind = kind;
		this.isStatic = isStatic;
		this.isPrivate = isPrivate;
		this.metadata = metadata;
	}

	/** Adds a decorator's word. What stands on the class comes below what stands on the member. */
	say(saying: Saying): void {
		if (saying.level === 'member') {
			this.sayings.push(saying);
			return;
		}
		const firstOwn = this.sayings.findIndex((own) => own.level === 'member');
		this.sayings.splice(firstOwn === -1 ? this.sayings.length : firstOwn, 0, saying);
	}

	/** The options of one decorator on this member: the outer ones win over the inner, the member's over the class's. */
	merged(spec: AdviceSpec): object {
		return Object.assign({}, ...this.sayings.filter((s) => s.spec.name === spec.name).map((s) => s.options));
	}

	/** The decorators on this member, each once, in the order in which they were first said. */
	specs(): AdviceSpec[] {
		const specs = new Map<string, AdviceSpec>();
		for (const { spec } of this.sayings) if (!specs.has(spec.name)) specs.set(spec.name, spec);
		return [...specs.values()];
	}
}
