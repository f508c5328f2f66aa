import {
	Arg,
	Args,
	ArgsType,
	type AuthChecker,
	Authorized,
	Ctx,
	createMethodMiddlewareDecorator,
	createParameterDecorator,
	Field,
	FieldResolver,
	getMetadataStorage,
	InputType,
	Int,
	Mutation,
	ObjectType,
	Query,
	Resolver,
	Root,
} from 'type-graphql';
import type { Placement } from './words.js';

/** The observer that the HTTP request names. */
export interface Asking {
	readonly id: string;
	readonly archetype: string;
}

/** Admits an observer whose archetype is one of the roles of `@Authorized`. */
export const authChecker: AuthChecker<Asking> = ({ context }, roles) => roles.includes(context.archetype);

/** A method decorator as applications write them: TypeGraphQL's own middleware, on the method. */
const Shouted = () =>
	createMethodMiddlewareDecorator(async ({ info }, next) => {
		const value: unknown = await next();
		return typeof value === 'string' ? `${info.fieldName}: ${value.toUpperCase()}` : value;
	});

/** A parameter decorator as applications write them. */
const AskerId = () => createParameterDecorator<Asking>(({ context }) => context.id);

/**
 * A resolver as TypeGraphQL applications have them, with the toolkit's decorators on the lines of a placement.
 * TypeGraphQL keeps one store per process, so it is emptied before.
 */
export function plantsWith({ above, between, below, classAbove, classBelow }: Placement) {
	getMetadataStorage().clear();

	@ObjectType({ description: 'What grows.' })
	class Plant {
		@Field(() => Int)
		id!: number;

		@Field({ description: 'Its common name.' })
		name!: string;
	}

	@InputType()
	class NewPlant {
		@Field()
		name!: string;

		@Field(() => Int, { defaultValue: 1 })
		depth!: number;
	}

	@ArgsType()
	class Page {
		@Field(() => Int, { defaultValue: 0 })
		from!: number;

		@Field(() => Int, { nullable: true })
		count?: number;
	}

	@classAbove.Resolver('world.plants')
	@classAbove.Traced
	@classAbove.Metered
	@Resolver(() => Plant)
	@classBelow.Resolver('world.plants')
	@classBelow.Traced
	@classBelow.Metered
	class PlantResolver {
		private readonly planted: Plant[] = [1, 2, 3].map((id) => Object.assign(new Plant(), { id, name: `plant ${id}` }));

		@above.Traced
		@above.Metered
		@Query(() => Plant, { description: 'One plant.' })
		@between.Traced
		@between.Metered
		@Authorized('visitor', 'keeper')
		@below.Traced
		@below.Metered
		async plant(
			@above.Attribute('garden.plant') @Arg('id', () => Int) @below.Attribute('garden.plant') id: number,
			@above.Observer() @Ctx() @below.Observer() _who: object,
		): Promise<Plant> {
			const found = this.planted.find((plant) => plant.id === id);
			if (found === undefined) throw new RangeError(`no plant ${id}`);
			return found;
		}

		@above.Traced
		@above.Metered
		@Query(() => [Plant])
		@between.Traced
		@between.Metered
		@below.Traced
		@below.Metered
		plants(@Args() { from, count }: Page): Plant[] {
			return this.planted.slice(from, count === undefined ? undefined : from + count);
		}

		// No type is given: TypeGraphQL reads `design:returntype` and `design:paramtypes`.
		@above.Traced
		@above.Metered
		@Query()
		@Shouted()
		@between.Traced
		@between.Metered
		@below.Traced
		@below.Metered
		greeting(@Arg('loud') loud: boolean, @AskerId() who: string): string {
			return `hello ${who}${loud ? '!' : ''}`;
		}

		@above.Traced
		@above.Metered
		@Mutation(() => Plant)
		@between.Traced
		@between.Metered
		@Authorized('keeper')
		@below.Traced
		@below.Metered
		add(@Arg('plant', () => NewPlant) { name, depth }: NewPlant): Plant {
			const plant = Object.assign(new Plant(), { id: this.planted.length + 1, name: `${name} at ${depth}` });
			this.planted.push(plant);
			return plant;
		}

		@above.Traced
		@above.Metered
		@FieldResolver(() => String)
		@between.Traced
		@between.Metered
		@below.Traced
		@below.Metered
		async latin(@Root() plant: Plant): Promise<string> {
			return `Planta ${plant.id}`;
		}
	}

	return PlantResolver;
}
