import { Readable } from 'node:stream';
import {
	BadRequestException,
	Body,
	Controller,
	Delete,
	Get,
	Header,
	HttpCode,
	Injectable,
	type MessageEvent,
	NotFoundException,
	type OnModuleInit,
	Param,
	ParseIntPipe,
	Post,
	Query,
	Redirect,
	Res,
	SetMetadata,
	Sse,
	StreamableFile,
	UseFilters,
	UseGuards,
	UseInterceptors,
	UsePipes,
} from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsString, Min } from 'class-validator';
import { from, map, type Observable, of } from 'rxjs';
import {
	ByType,
	Drought,
	DroughtFilter,
	Envelope,
	Roles,
	RolesGuard,
	type Visitor,
	Who,
	Wrapped,
} from './garden-parts.legacy.js';
import type { Placement } from './words.js';

class NewPlant {
	@ApiProperty({ description: 'its common name' })
	@IsString()
	name!: string;

	@ApiProperty({ minimum: 1 })
	@Type(() => Number)
	@IsInt()
	@Min(1)
	depth!: number;
}

class Plant extends NewPlant {
	@ApiProperty()
	id!: number;
}

/** The part of Nest's `@Res()` object that is used here. */
class Reply {
	declare status: (code: number) => Reply;
	declare send: (text: string) => void;
}

/** A controller and a provider as in NestJS applications, with the toolkit's decorators on the lines of a placement. */
export function gardenWith({ above, between, below, classAbove, classBelow }: Placement) {
	@classAbove.Traced
	@classAbove.Metered
	@Injectable()
	@classBelow.Traced
	@classBelow.Metered
	class Beds {
		@above.Traced
		@SetMetadata('kept', 'yes')
		@below.Traced
		async read(id: number): Promise<Plant> {
			await Promise.resolve();
			if (id > 9) throw new NotFoundException(`no plant ${id}`);
			return { id, name: `plant ${id}`, depth: 1 };
		}
	}

	@classAbove.Resolver('world.garden')
	@classAbove.Traced
	@classAbove.Metered
	@Controller('garden')
	@UseGuards(RolesGuard)
	@Roles('visitor', 'keeper')
	@UseInterceptors(Envelope)
	@ApiTags('garden')
	@classBelow.Resolver('world.garden')
	@classBelow.Traced
	@classBelow.Metered
	class GardenController implements OnModuleInit {
		private season = 'none';

		constructor(private readonly beds: Beds) {}

		@above.Traced({ aspect: false })
		@above.Metered
		@between.Traced({ aspect: false })
		@between.Metered
		@below.Traced({ aspect: false })
		@below.Metered
		onModuleInit(): void {
			this.season = 'spring';
		}

		@above.Traced({ attributes: ([id]) => ({ 'garden.id': id }) })
		@above.Metered
		@Get('plants/:id')
		@between.Traced({ attributes: ([id]) => ({ 'garden.id': id }) })
		@between.Metered()
		@Wrapped('plant')
		@ApiOperation({ summary: 'One plant' })
		@ApiOkResponse({ type: Plant })
		@below.Traced({ attributes: ([id]) => ({ 'garden.id': id }) })
		@below.Metered
		find(
			@above.Attribute('garden.plant') @Param('id', ParseIntPipe) @below.Attribute('garden.plant') id: number,
			@above.Observer() @Who() @below.Observer() who: Visitor,
		): Promise<Plant & { for: string; season: string }> {
			return this.beds.read(id).then((plant) => ({ ...plant, for: who.id, season: this.season }));
		}

		@above.Traced
		@above.Metered
		@Post('plants')
		@Roles('keeper')
		@between.Traced
		@between.Metered
		@HttpCode(202)
		@ApiBearerAuth()
		@below.Traced
		@below.Metered
		async plant(@Body() plant: NewPlant): Promise<object> {
			return { validated: plant instanceof NewPlant, ...plant };
		}

		@above.Traced
		@above.Metered
		@Delete('plants/:id')
		@HttpCode(204)
		@between.Traced
		@between.Metered
		@Header('x-garden', 'weeded')
		@Roles('keeper')
		@below.Traced
		@below.Metered
		remove(@Param('id', ParseIntPipe) _id: number): void {}

		@above.Traced
		@above.Metered
		@Get('search')
		@UsePipes(ByType)
		@between.Traced
		@between.Metered
		@Wrapped('found')
		@ApiQuery({ name: 'name' })
		@below.Traced
		@below.Metered
		search(@Query('name') name: string, @Query('ripe') ripe: boolean, @Query('at') at: Date): object {
			return { name, ripe, at };
		}

		@above.Traced
		@above.Metered
		@Get('last')
		@between.Traced
		@between.Metered
		@below.Traced
		@below.Metered
		last(): Observable<string> {
			return of('rose', 'lily');
		}

		@above.Traced
		@above.Metered
		@Sse('growth')
		@between.Traced
		@between.Metered
		@below.Traced
		@below.Metered
		growth(): Observable<MessageEvent> {
			return from([1, 2, 3]).pipe(map((leaves) => ({ data: { leaves } })));
		}

		@above.Traced
		@above.Metered
		@Get('moved')
		@between.Traced
		@between.Metered
		@Redirect('/garden/last', 301)
		@below.Traced
		@below.Metered
		moved(): object {
			return { url: '/garden/search', statusCode: 307 };
		}

		@above.Traced
		@above.Metered
		@Get('file')
		@Header('content-type', 'text/plain')
		@between.Traced
		@between.Metered
		@below.Traced
		@below.Metered
		file(): StreamableFile {
			return new StreamableFile(Readable.from([Buffer.from('seeds '), Buffer.from('and more')]));
		}

		@above.Traced
		@above.Metered
		@Get('raw')
		@between.Traced
		@between.Metered
		@below.Traced
		@below.Metered
		raw(@Res() reply: Reply): void {
			reply.status(203).send('by hand');
		}

		@above.Traced
		@above.Metered
		@Get('fail/:how')
		@UseFilters(DroughtFilter)
		@between.Traced
		@between.Metered
		@below.Traced
		@below.Metered
		async fail(@Param('how') how: string): Promise<never> {
			throw how === 'dry' ? new Drought('no rain') : new BadRequestException('no such failure');
		}
	}

	return { controllers: [GardenController], providers: [Beds] };
}
