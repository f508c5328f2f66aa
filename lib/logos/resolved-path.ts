import { AgenteseError } from '../agentese/errors/errors.js';
import { currentEpoch } from '../runtime/epoch.js';
import type { JoinPoint } from '../weaving/join-point.js';
import { otherPoint, routePoint } from './route-join-points.js';
import type { Found, Route } from './routes.js';

/** Where a path leads, however it was written: to a route, or to the error that says why there is none. */
export class ResolvedPath {
	/** The path with its alias expanded. */
	readonly path: string;
	/** As it was written, where that was an alias. */
	readonly alias: string | undefined;
	readonly found: Found | AgenteseError;
	readonly route: Route | undefined;
	readonly params: Found['params'] | undefined;
	#point: JoinPoint | undefined;
	#epoch = 0;

	constructor(path: string, alias: string | undefined, found: Found | AgenteseError) {
		const known = found instanceof AgenteseError ? undefined : found;
		this.path = path;
		this.alias = alias;
		this.found = found;
		this.route = known?.route;
		this.params = known?.params;
	}

	/** The join point of an invocation that goes this way. */
	point(): JoinPoint {
		const epoch = currentEpoch();
		if (this.#point === undefined || this.#epoch !== epoch) {
			this.#point = this.route === undefined ? otherPoint(this.path) : routePoint(this.route);
			this.#epoch = epoch;
		}
		return this.#point;
	}
}
