import {
	type ArgumentMetadata,
	type ArgumentsHost,
	type CallHandler,
	type CanActivate,
	Catch,
	createParamDecorator,
	type ExceptionFilter,
	type ExecutionContext,
	Injectable,
	type NestInterceptor,
	type PipeTransform,
	SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { map, type Observable } from 'rxjs';

/** The roles that are admitted, on a method or a class. */
export const Roles = (...roles: string[]) => SetMetadata('roles', roles);

/** Nest's other way to create metadata: its key is a random text. */
export const Wrapped = Reflector.createDecorator<string>();

/** Admits a request with a role that the method requires or, if it requires none, the class. */
@Injectable()
export class RolesGuard implements CanActivate {
	constructor(private readonly reflector: Reflector) {}

	canActivate(context: ExecutionContext): boolean {
		const roles = this.reflector.getAllAndOverride<string[] | undefined>('roles', [
			context.getHandler(),
			context.getClass(),
		]);
		if (roles === undefined) throw new Error(`${context.getHandler().name} is open to everybody`);
		return roles.includes(context.switchToHttp().getRequest().headers['x-role'] ?? 'visitor');
	}
}

/** Wraps a method's response as its metadata requires, with the names and parameters that Nest knows of it. */
@Injectable()
export class Envelope implements NestInterceptor {
	constructor(private readonly reflector: Reflector) {}

	intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
		const handler = context.getHandler();
		const key = this.reflector.get(Wrapped, handler);
		if (key === undefined) return next.handle();
		const about = { by: `${context.getClass().name}.${handler.name}`, parameters: handler.length };
		return next.handle().pipe(map((value) => ({ [key]: value, ...about })));
	}
}

/** Returns the parameter's type, which is read from `design:paramtypes`. */
@Injectable()
export class ByType implements PipeTransform {
	transform(value: unknown, { metatype }: ArgumentMetadata): string {
		return `${metatype?.name} ${value}`;
	}
}

export class Drought extends Error {
	override readonly name = 'Drought';
}

@Catch(Drought)
export class DroughtFilter implements ExceptionFilter<Drought> {
	catch(error: Drought, host: ArgumentsHost): void {
		host.switchToHttp().getResponse().status(418).json({ dry: error.message });
	}
}

export class Visitor {
	constructor(
		readonly id: string,
		readonly archetype: string,
	) {}
}

/** A parameter decorator as applications write them. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext) => {
	const { headers } = context.switchToHttp().getRequest();
	return new Visitor(headers['x-observer-id'] ?? 'nobody', headers['x-role'] ?? 'visitor');
});
