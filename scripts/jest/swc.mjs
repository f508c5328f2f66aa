/**
 * Returns the @swc/jest transformer and its options for one decorator standard. With legacy decorators it emits
 * `design:*` metadata, which NestJS needs.
 *
 * @param decorators - 'legacy' or 'tc39'
 * @param fields - 'define', as ES2022 targets do, or 'assign' for `useDefineForClassFields: false`
 */
export function swc(decorators, fields = 'define') {
	const legacy = { legacyDecorator: true, decoratorMetadata: true };
	const transform = {
		...(decorators === 'legacy' ? legacy : { decoratorVersion: '2023-11' }),
		useDefineForClassFields: fields === 'define',
	};
	const parser = { syntax: 'typescript', decorators: true };
	const jsc = { parser, transform, target: 'es2022', keepClassNames: true };
	return ['@swc/jest', { jsc, sourceMaps: 'inline', swcrc: false }];
}
