// Prints `N passed, N failed, N skipped` from vitest's JSON results; exits 1 when there are none.
import { readFileSync } from 'node:fs';

const text = readFileSync(process.argv[2] ?? '', 'utf8');
if (text.trim() === '') {
  console.error('The test runner wrote no results: it did not get that far.');
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, success } = JSON.parse(text);
const failed = numFailedTests || (success ? 0 : Math.max(1, numFailedTestSuites));
console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped`);
process.exit(failed === 0 ? 0 : 1);
