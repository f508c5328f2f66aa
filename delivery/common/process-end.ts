/**
 * How the process ends. `final`: nothing asynchronous runs any more. `maybe`: a signal that the application also
 * handles, after which it may continue to run.
 */
export type EndOfProcess = 'final' | 'maybe';
