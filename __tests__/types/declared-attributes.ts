/** Checked by the compiler, never run: which attributes and arguments the methods of an invocation accept. */

import { currentInvocation, propagate, traceInvocation } from '../../index.js';

declare module '../../index.js' {
	interface DeclaredAttributes {
		'types.plan': 'free' | 'pro';
	}
}

const invocation = currentInvocation();

// Declared keys have their types; other keys have any.
invocation?.set({ 'types.plan': 'pro', 'types.other': new Date(0) }).propagate({ 'types.plan': 'free' });
invocation?.root.set({ 'types.other': 1 }).rename('name').fail(undefined).link(undefined).set({});
propagate({ 'types.plan': 'free', 'types.other': 1n }, () => 1).toFixed();
traceInvocation('self.soul.ask', (open) => open.set({ 'types.plan': 'pro' }).traceId?.length);

// @ts-expect-error
invocation?.set({ 'types.plan': 'gold' });
// @ts-expect-error
invocation?.propagate({ 'types.plan': 1 });
// @ts-expect-error
propagate({ 'types.plan': 'gold' }, () => 1);
// @ts-expect-error
invocation?.set('types.plan');
// @ts-expect-error
invocation?.rename(7);
// @ts-expect-error
invocation?.link({});
// @ts-expect-error: the parts of the path are members of the invocation itself.
invocation?.point;
