/** Any function or method. */
export type Callable = (this: never, ...args: never[]) => unknown;
