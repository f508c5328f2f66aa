/** `last`: nothing asynchronous will run any more. `perhaps`: a signal that somebody else answers too. */

export type EndOfProcess = 'last' | 'perhaps';
