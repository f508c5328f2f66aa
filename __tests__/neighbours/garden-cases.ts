import type { Answer, Question } from './http.js';

const keeper = { 'x-role': 'keeper', 'x-observer-id': 'kent' };
const stranger = { 'x-role': 'stranger' };

/** A request, NestJS's response to it, and the method that it reaches, if any. */
export interface Case {
	readonly name: string;
	readonly asks: Question;
	readonly answers: { readonly status: number; readonly headers?: Answer['headers']; readonly text: string };
	readonly calls?: {
		readonly method: string;
		/** The type of its settled result. */
		readonly result?: string;
		/** The class and message of what it throws. */
		readonly fails?: readonly [type: string, message: string];
		/** The id in the path. */
		readonly plant?: number;
	};
}

const json = (value: unknown): string => JSON.stringify(value);
const forbidden = json({ message: 'Forbidden resource', error: 'Forbidden', statusCode: 403 });

export const CASES: readonly Case[] = [
	{
		name: 'a converted parameter, a parameter decorator and an injected provider',
		asks: { path: '/garden/plants/7', headers: keeper },
		answers: {
			status: 200,
			text: json({
				plant: { id: 7, name: 'plant 7', depth: 1, for: 'kent', season: 'spring' },
				by: 'GardenController.find',
				parameters: 2,
			}),
		},
		calls: { method: 'find', result: 'Object', plant: 7 },
	},
	{
		name: 'an exception of a provider',
		asks: { path: '/garden/plants/12', headers: keeper },
		answers: { status: 404, text: json({ message: 'no plant 12', error: 'Not Found', statusCode: 404 }) },
		calls: { method: 'find', fails: ['NotFoundException', 'no plant 12'], plant: 12 },
	},
	{
		name: "a parameter that the method's pipe refuses",
		asks: { path: '/garden/plants/rose' },
		answers: {
			status: 400,
			text: json({
				message: 'Validation failed (numeric string is expected)',
				error: 'Bad Request',
				statusCode: 400,
			}),
		},
	},
	{
		name: "a role that the class's metadata shuts out",
		asks: { path: '/garden/plants/7', headers: stranger },
		answers: { status: 403, text: forbidden },
	},
	{
		name: "a role that the method's metadata shuts out",
		asks: { method: 'POST', path: '/garden/plants', json: { name: 'rose', depth: 2 } },
		answers: { status: 403, text: forbidden },
	},
	{
		name: 'a validated and transformed body, a status code of its own',
		asks: { method: 'POST', path: '/garden/plants', json: { name: 'rose', depth: '2' }, headers: keeper },
		answers: { status: 202, text: json({ validated: true, name: 'rose', depth: 2 }) },
		calls: { method: 'plant', result: 'Object' },
	},
	{
		name: 'a body that the global pipe refuses',
		asks: { method: 'POST', path: '/garden/plants', json: { name: 'rose', depth: 0 }, headers: keeper },
		answers: {
			status: 400,
			text: json({ message: ['depth must not be less than 1'], error: 'Bad Request', statusCode: 400 }),
		},
	},
	{
		name: 'a header and no content',
		asks: { method: 'DELETE', path: '/garden/plants/7', headers: keeper },
		answers: { status: 204, headers: { 'x-garden': 'weeded' }, text: '' },
		calls: { method: 'remove', result: 'undefined' },
	},
	{
		name: "a role that metadata between the toolkit's decorators shuts out",
		asks: { method: 'DELETE', path: '/garden/plants/7' },
		answers: { status: 403, text: forbidden },
	},
	{
		name: "parameters that are converted by their types' metadata",
		asks: { path: '/garden/search?name=rose&ripe=true&at=dawn' },
		answers: {
			status: 200,
			text: json({
				found: { name: 'String rose', ripe: 'Boolean true', at: 'Date dawn' },
				by: 'GardenController.search',
				parameters: 3,
			}),
		},
		calls: { method: 'search', result: 'Object' },
	},
	{
		name: 'an observable, whose last value is the answer',
		asks: { path: '/garden/last' },
		answers: { status: 200, text: 'lily' },
		calls: { method: 'last', result: 'Observable' },
	},
	{
		name: 'server-sent events',
		asks: { path: '/garden/growth' },
		answers: {
			status: 200,
			headers: { 'content-type': 'text/event-stream' },
			text: `\n${[1, 2, 3].map((leaves) => `id: ${leaves}\ndata: ${json({ leaves })}\n\n`).join('')}`,
		},
		calls: { method: 'growth', result: 'Observable' },
	},
	{
		name: 'a redirect that the method changes',
		asks: { path: '/garden/moved' },
		answers: {
			status: 307,
			headers: { location: '/garden/search' },
			text: 'Temporary Redirect. Redirecting to /garden/search',
		},
		calls: { method: 'moved', result: 'Object' },
	},
	{
		name: 'a streamed file',
		asks: { path: '/garden/file' },
		answers: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, text: 'seeds and more' },
		calls: { method: 'file', result: 'StreamableFile' },
	},
	{
		name: 'a response written by hand',
		asks: { path: '/garden/raw' },
		answers: { status: 203, text: 'by hand' },
		calls: { method: 'raw', result: 'undefined' },
	},
	{
		name: "an exception that the method's filter answers",
		asks: { path: '/garden/fail/dry' },
		answers: { status: 418, text: json({ dry: 'no rain' }) },
		calls: { method: 'fail', fails: ['Drought', 'no rain'] },
	},
	{
		name: 'a route that is none',
		asks: { path: '/garden/season' },
		answers: { status: 404, text: json({ message: 'Cannot GET /garden/season', error: 'Not Found', statusCode: 404 }) },
	},
];
