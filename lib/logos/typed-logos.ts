import type { Callable } from '../invocation/callable.js';

/** Resolvers by their handles, such as `{ 'self.soul': new Soul(), 'world.town.:citizen': new Citizen() }`. */
export type ResolversByHandle = Readonly<Record<string, object>>;

/** The type argument of `createLogos` by default: no map of paths is given. */
export interface NoPaths {
	/** No object has it. */
	readonly [noPaths]: never;
}
declare const noPaths: unique symbol;

/** A name in camelCase in lower case, with a separator between its words: `takeTask` and `_` give `take_task`. */
export type SeparatedWords<Name extends string, Separator extends string> = Name extends `${infer First}${infer Rest}`
	? First extends Lowercase<First>
		? `${First}${SeparatedWords<Rest, Separator>}`
		: `${Separator}${Lowercase<First>}${SeparatedWords<Rest, Separator>}`
	: Name;

/**
 * The aspects that a member may answer: its name and, if that holds capitals, the same in snake_case and in kebab-case.
 * Never for a name that cannot be a segment of a path.
 */
export type AspectOfName<Name> = Name extends string
	? Name extends `_${string}` | `#${string}` | `$${string}` | Capitalize<Name>
		? never
		: Name extends Lowercase<Name>
			? Name
			: Name | SeparatedWords<Name, '_' | '-'>
	: never;

/**
 * The methods of resolvers by the paths that may reach them, parameters with their colon: what {@linkcode createLogos}
 * knows of `{ 'self.soul': new Soul() }`. Types cannot see decorators: it has every public method and arrow-function
 * field, also those without {@linkcode Aspect | @Aspect}, and a name that `@Aspect('…')` sets only if it is the
 * method's name in snake_case or kebab-case. `Aliases` adds the paths that begin with an alias.
 *
 * @example
 * ```ts
 * import type { PathsOf } from 'agentese-otel';
 *
 * type Paths = PathsOf<{ 'self.soul': { ask(umwelt: unknown, text: string): string } }>;
 * const path: keyof Paths = 'self.soul.ask';
 * path; // => 'self.soul.ask'
 * ```
 */
export type PathsOf<Resolvers, Aliases = Record<never, string>> =
	MethodsByPath<
		{
			[Handle in keyof Resolvers & string]:
				| {
						[Name in keyof Resolvers[Handle]]: Resolvers[Handle][Name] extends Callable
							? [`${Handle}.${AspectOfName<Name>}`, Resolvers[Handle][Name]]
							: never;
				  }[keyof Resolvers[Handle]]
				| [`${Handle}.affordances`, (umwelt?: unknown) => string[]];
		}[keyof Resolvers & string]
	> extends infer Paths
		? string extends keyof Aliases
			? Paths
			: Paths &
					MethodsByPath<
						{
							[Path in keyof Paths & string]: {
								[Alias in keyof Aliases & string]: Aliases[Alias] extends infer Target extends string
									? Path extends `${Target}.${infer Rest}`
										? [`${Alias}.${Rest}`, Paths[Path]]
										: never
									: never;
							}[keyof Aliases & string];
						}[keyof Paths & string]
					>
		: never;

/** An object type from pairs of a path and its method. */
export type MethodsByPath<Pair> = {
	[P in Pair as P extends [infer Path extends string, unknown] ? Path : never]: P extends [string, infer F] ? F : never;
};

/** The paths that match a template: each parameter stands for any text. */
export type PathPattern<Template extends string> = Template extends `${infer First}.${infer Rest}`
	? `${First extends `:${string}` ? string : First}.${PathPattern<Rest>}`
	: Template;

/** True if a path matches a template segment by segment. */
export type PathMatches<
	Template extends string,
	Path extends string,
> = Template extends `${infer Expected}.${infer More}`
	? Path extends `${infer Given}.${infer Rest}`
		? Given extends (Expected extends `:${string}` ? string : Expected)
			? PathMatches<More, Rest>
			: false
		: false
	: Path extends Template
		? true
		: false;

/** The method that answers a path: by its text, else by a template that it matches; never if there is none. */
export type MethodAt<Paths, Path extends string> = Path extends keyof Paths
	? Paths[Path]
	: {
			[Template in keyof Paths & string]: Template extends `${string}:${string}`
				? PathMatches<Template, Path> extends true
					? Paths[Template]
					: never
				: never;
		}[keyof Paths & string];

/** A text without blanks at its ends. */
export type TrimmedText<Text extends string> = Text extends ` ${infer Rest}` | `${infer Rest} `
	? TrimmedText<Rest>
	: Text;

/** The stages of a composition, in order; a path alone is one stage. */
export type StagesOf<Text extends string> = Text extends `${infer First}>>${infer Rest}`
	? [TrimmedText<First>, ...StagesOf<Rest>]
	: [TrimmedText<Text>];

/** Those of a union of paths that no method answers. */
export type UnansweredPaths<Paths, Path extends string> = Path extends string
	? [MethodAt<Paths, Path>] extends [never]
		? Path
		: never
	: never;

/**
 * The text itself if it is a path or a composition of the map, or a `string` that is not known before run time; else
 * the paths of the map, so that the compiler names both the wrong path and the legal ones.
 */
export type LegalPath<Paths, Text extends string> = string extends Text
	? string
	: [UnansweredPaths<Paths, StagesOf<Text>[number]>] extends [never]
		? Text
		: Text extends `${string}>>${string}`
			? { readonly 'no resolver answers the stage': UnansweredPaths<Paths, StagesOf<Text>[number]> }
			: { [Template in keyof Paths & string]: Template }[keyof Paths & string];

/**
 * Umwelt and arguments of an invocation: those of the method, or of the method of a composition's first stage. The umwelt
 * may be left out if the method accepts undefined for it.
 */
export type LogosArguments<Paths, Text extends string> = string extends Text
	? [umwelt?: unknown, ...args: unknown[]]
	: [MethodAt<Paths, StagesOf<Text>[0]>] extends [never]
		? unknown[]
		: MethodAt<Paths, StagesOf<Text>[0]> extends (this: never, umwelt: infer Umwelt, ...args: infer Args) => unknown
			? undefined extends Umwelt
				? [umwelt?: Umwelt, ...args: Args]
				: [umwelt: Umwelt, ...args: Args]
			: unknown[];

/** The awaited result of an invocation: that of the method, or of the method of a composition's last stage. */
export type LogosResult<Paths, Text extends string> = string extends Text
	? unknown
	: StagesOf<Text> extends [...string[], infer Last extends string]
		? MethodAt<Paths, Last> extends (this: never, ...args: never[]) => infer R
			? Awaited<R>
			: unknown
		: unknown;

/**
 * A dispatcher that knows its paths: `invoke` completes them, checks umwelt and arguments as those of the method, and
 * returns a promise of what the method returns, a stream as a stream.
 *
 * `Paths` has the methods by their paths, parameters with their colon.
 *
 * @example
 * ```ts
 * import type { TypedLogos } from 'agentese-otel';
 *
 * interface Paths {
 * 	'self.soul.ask': (umwelt: unknown, text: string) => Promise<number>;
 * 	'world.town.:citizen.greet': (umwelt: unknown) => string;
 * }
 * const visit = async (logos: TypedLogos<Paths>): Promise<string> => {
 * 	const count: number = await logos.invoke('self.soul.ask', null, 'why');
 * 	return count > 1 ? 'no' : logos.invoke('world.town.kent.greet');
 * };
 * visit.length; // => 1
 * ```
 */
export interface TypedLogos<Paths> {
	/**
	 * Invokes a path, or a composition of paths, as `Logos.invoke` does. A path that the map does not have is an error of
	 * the compiler. A path of the type `string`, which is not known before run time, is accepted with any arguments, and
	 * its result is `unknown`.
	 *
	 * @param path - a path of the map, or several with `>>` between them
	 * @param args - the umwelt, and what the method receives after it
	 * @returns what the method returns, awaited
	 * @throws what `Logos.invoke` throws
	 */
	invoke<const Text extends { [T in keyof Paths & string]: PathPattern<T> }[keyof Paths & string] | (string & {})>(
		path: LegalPath<Paths, Text>,
		...args: LogosArguments<Paths, Text>
	): Promise<LogosResult<Paths, Text>>;
	/** The templates of all paths that it can reach. */
	readonly paths: readonly string[];
}
