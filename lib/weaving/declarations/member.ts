import type { AdviceSpec } from '../../invocation/advice.js';
import type { AspectCategory } from '../../invocation/category.js';

/** What kind of class member was decorated; `function` for a function that is no member of a class. */
export type MemberKind = 'method' | 'getter' | 'setter' | 'accessor' | 'field' | 'function';

/** One decorator on a member, with the options it was given. */
interface AppliedDecorator {
	/** What the decorator was created from. */
	readonly spec: AdviceSpec;
	/** The options it was called with; an empty object if it is bare. */
	readonly options: object;
	/** Whether it was applied to the member itself or to its class. */
	readonly level: 'class' | 'member';
}

/** The options of `@Aspect`. */
export interface AspectOptions {
	/** The name of the aspect that the method answers. @default the method's name */
	readonly name?: string | undefined;
	/** The archetypes of observers that may invoke the aspect. @default all */
	readonly affordedTo?: readonly string[] | undefined;
	/** What kind of aspect it is. @default none */
	readonly category?: AspectCategory | undefined;
}

/** An `@SpanAttribute` on a parameter. */
export interface ParameterAttribute {
	/** The parameter's position, counted from 0. */
	readonly index: number;
	/** The attribute's key on the span. */
	readonly attribute: string;
	/** Whether spans inside the invocation get it too. */
	readonly propagate: boolean;
}

/**
 * Everything that decorators declare of one member of one class. A member is woven once, however many decorators it has
 * and in whatever order: each of them finds this record and adds to it.
 */
export class Member {
	/** The key of the property; for a private member its name with `#`. */
	readonly key: PropertyKey;
	/** The name in messages and telemetry: `challenge`, `#ponder`, and `[reset]` for a symbol. */
	readonly name: string;
	/** True for a member of the class itself. */
	readonly isStatic: boolean;
	/** True for a `#private` member, which only the TC39 standard can decorate. */
	readonly isPrivate: boolean;
	kind: MemberKind;
	/** True once the member's function has been replaced by its wrapper. */
	woven = false;
	/** What `@Aspect` declares; undefined without `@Aspect`. */
	aspect: AspectOptions | undefined;
	/** True if the member has `@Untraced`. */
	untraced = false;
	/** The index of the parameter with `@Umwelt()`; undefined if none has it. */
	observerIndex: number | undefined;
	/** The `@SpanAttribute`s on parameters of the method. */
	readonly parameterAttributes: ParameterAttribute[] = [];
	/** Those of the class first, then those of the member, each in the order in which they were applied. */
	readonly decorators: AppliedDecorator[] = [];
	/** The prototype, class or woven object that declares the member (ECMAScript's [[HomeObject]]), once it is known. */
	homeObject: object | undefined;
	/** The metadata object of the declaring class, through which `homeObject` is found later. TC39 standard only. */
	readonly metadata: object | undefined;
	/** Reads a private method from an instance. TC39 standard only. */
	readPrivate: ((self: object) => unknown) | undefined;

	constructor(key: PropertyKey, kind: MemberKind, isStatic: boolean, isPrivate = false, metadata?: object) {
		this.key = key;
		this.name = typeof key === 'symbol' ? `[${key.description ?? ''}]` : String(key);
		this.kind = kind;
		this.isStatic = isStatic;
		this.isPrivate = isPrivate;
		this.metadata = metadata;
	}

	/** Adds a decorator. Those on the class come before those on the member, so that the member's options win. */
	addDecorator(decorator: AppliedDecorator): void {
		if (decorator.level === 'member') {
			this.decorators.push(decorator);
			return;
		}
		const firstOnMember = this.decorators.findIndex(({ level }) => level === 'member');
		this.decorators.splice(firstOnMember === -1 ? this.decorators.length : firstOnMember, 0, decorator);
	}

	/**
	 * Returns the options of all decorators of one name on this member as one object: those of an outer decorator win
	 * over those of an inner one, those of the member over those of its class, and all of them over defaults.
	 */
	mergedOptions(spec: AdviceSpec): object {
		const applied = this.decorators.filter((decorator) => decorator.spec.name === spec.name);
		return Object.assign(
			{},
			...applied.map((decorator) => decorator.spec.defaults),
			...applied.map(({ options }) => options),
		);
	}

	/** Returns the decorators on this member, one of each name, in the order in which they were first applied. */
	specs(): AdviceSpec[] {
		const specs = new Map<string, AdviceSpec>();
		for (const { spec } of this.decorators) if (!specs.has(spec.name)) specs.set(spec.name, spec);
		return [...specs.values()];
	}
}
