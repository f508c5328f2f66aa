import { AgenteseError } from '../agentese/errors/errors.js';
import { currentEpoch } from '../runtime/epoch.js';
import type { JoinPoint } from '../weaving/join-points/join-point.js';
import { otherJoinPoint, routeJoinPoint } from './route-join-points.js';
import type { Route, RouteMatch } from './routes.js';

/**
 * What a dispatcher found for one invoked text: the route that answers it, or the error that explains why there is
 * none.
 */
export class ResolvedPath {
	/** The path with its alias expanded. */
	readonly path: string;
	/** The path as the caller wrote it, if it began with an alias; else undefined. */
	readonly alias: string | undefined;
	readonly match: RouteMatch | AgenteseError;
	/** The route; undefined if there is an error. */
	readonly route: Route | undefined;
	/** The values of the template's parameters; undefined if there is an error. */
	readonly params: RouteMatch['params'] | undefined;
	#joinPoint: JoinPoint | undefined;
	#epoch = 0;

	constructor(path: string, alias: string | undefined, match: RouteMatch | AgenteseError) {
		const matched = match instanceof AgenteseError ? undefined : match;
		this.path = path;
		this.alias = alias;
		this.match = match;
		this.route = matched?.route;
		this.params = matched?.params;
	}

	/** Returns the join point of an invocation of this path; it is kept until the next epoch. */
	joinPoint(): JoinPoint {
		const epoch = currentEpoch();
		if (this.#joinPoint === undefined || this.#epoch !== epoch) {
			this.#joinPoint = this.route === undefined ? otherJoinPoint(this.path) : routeJoinPoint(this.route);
			this.#epoch = epoch;
		}
		return this.#joinPoint;
	}
}
