// Prints how many checks of a run passed and failed, as two numbers, for .ci/run:
// `counts.mjs <report of jest or of check-package.mjs> <exit code>`. If the exit code is not 0, at least one failed.
import { existsSync, readFileSync } from 'node:fs';

const [file, code] = process.argv.slice(2);
const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { failed: 1 };
const passed = report.numPassedTests ?? report.passed ?? 0;
const failed = report.failed ?? report.numFailedTests + report.numRuntimeErrorTestSuites;
console.log(passed, code === '0' ? failed : Math.max(failed, 1));
