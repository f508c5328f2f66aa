/**
 * How the process ends. `last`: nothing asynchronous runs any more. `perhaps`: a signal that the application also
 * handles, after which it may continue to run.
 */
export type EndOfProcess = 'last' | 'perhaps';
