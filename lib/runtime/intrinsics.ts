/**
 * Functions of the language that run between a caller and its method, taken when the package is loaded: an application
 * that replaces one of them while it runs (a test, a security library) does not reach the calls that are observed.
 */
export const { apply, defineProperty, get, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;

export const { hasOwn } = Object;

export const { max } = Math;
