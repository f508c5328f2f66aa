import 'reflect-metadata';

/** The functions that `Mark` received, by mark: the originals, or the wrappers of decorators below it. */
const marked = new Map<string, object>();

/**
 * A decorator as libraries write them: metadata on the function, on the member, and an own property of the function.
 */
export function Mark(mark: string): MethodDecorator {
	return (target, key, descriptor) => {
		const method = descriptor.value as object;
		Reflect.defineMetadata(`mark:${mark}`, mark, method);
		Reflect.defineMetadata(`mark:${mark}`, mark, target, key);
		Object.assign(method, { [mark]: true });
		marked.set(mark, method);
	};
}

/** Sets metadata on the functions that `Mark` received, after the class was defined. */
export function markLate(): void {
	for (const [mark, method] of marked) Reflect.defineMetadata(`late:${mark}`, mark, method);
}

type Metadata = Readonly<Record<string, unknown>>;

/** What can be read of a class and its methods by name, without the toolkit's own metadata. */
export interface Description {
	readonly onClass: Metadata;
	readonly onPrototype: Metadata;
	readonly methods: Readonly<
		Record<
			string,
			{ readonly function: Metadata; readonly member: Metadata; readonly own: object; readonly length: number }
		>
	>;
}

function read(target: object, key?: string): Metadata {
	const keys = key === undefined ? Reflect.getMetadataKeys(target) : Reflect.getMetadataKeys(target, key);
	const theirs = (keys as unknown[]).filter((one) => !String(one).startsWith('agentese:'));
	const value = (one: unknown) =>
		key === undefined ? Reflect.getMetadata(one, target) : Reflect.getMetadata(one, target, key);
	return Object.fromEntries(theirs.map((one) => [String(one), value(one) as unknown]));
}

/** Describes a class by the metadata on it. */
export function describeClass(cls: { readonly prototype: object }): Description {
	const { prototype } = cls;
	const names = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
	const methods = names.map((name) => {
		const method = (prototype as Record<string, (...args: unknown[]) => unknown>)[name];
		if (method === undefined) throw new Error(`${name} is no method.`);
		const about = { function: read(method), member: read(prototype, name), own: { ...method }, length: method.length };
		return [name, about] as const;
	});
	return { onClass: read(cls), onPrototype: read(prototype), methods: Object.fromEntries(methods) };
}
