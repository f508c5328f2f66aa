/**
 * @swc/jest for one of the decorator standards. Metadata (`design:*`) is emitted in the legacy one, as NestJS has it.
 *
 * @param decorators - 'legacy' or 'tc39'
 * @param fields - 'define', what ES2022 targets do, or 'assign', useDefineForClassFields off
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
