import { declaredOwners } from '../../rules/declared.js';
import { declaredOn } from '../declarations/declarations.js';
import { Member } from '../declarations/member.js';
import { chainOf } from '../declarations/prototype-chain.js';
import { createMemberJoinPoint, type JoinPoint } from './join-point.js';
import { pathTextOf } from './resolver-of.js';

/** A declared member as a class or an object has it. */
interface DeclaredMember {
	readonly member: Member;
	/** The prototype of the class; for a static member the class itself, for one of a woven object the object. */
	readonly side: object;
}

/** Returns the members that are declared on classes and objects of this process, inherited ones for each class. */
export function* declaredMembers(): Generator<DeclaredMember> {
	for (const owner of declaredOwners()) {
		for (const side of sidesOf(owner)) {
			for (const member of chainOf(side).flatMap(declaredOn)) {
				if (member.isStatic === (typeof side === 'function')) yield { member, side };
			}
		}
	}
}

/** Returns the join points of the declared members and functions that have a path, as they are before the first call. */
export function* declaredJoinPoints(): Generator<JoinPoint> {
	const seen = new Set<string>();
	for (const { member, side } of declaredMembers()) {
		const template = pathTextOf(member, side);
		if (template === undefined || seen.has(template)) continue;
		const point = createMemberJoinPoint(member, side);
		if (point.template === undefined || point.unobserved) continue;
		seen.add(template);
		yield point;
	}
	for (const owner of declaredOwners()) if (owner instanceof Member) yield createMemberJoinPoint(owner, undefined);
}

/** Returns the objects that hold the members of a declaration: for a class its prototype and the class itself. */
function sidesOf(owner: object): object[] {
	const { prototype } = typeof owner === 'function' ? (owner as { prototype?: object }) : {};
	return typeof prototype === 'object' && prototype !== null ? [prototype, owner] : [owner];
}
