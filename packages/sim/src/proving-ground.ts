/** What a proof over made-up worlds needs: the worlds, the scenarios, and those who watch them. */
export { allCheckers } from './checkers/index.ts';
export { worldPolicy } from './cli/drill.ts';
export { runSeed } from './fuzz/fuzz.ts';
export { allScenarios } from './scenario/find.ts';
export { parseScenario } from './scenario/parse.ts';
export { runScenario } from './scenario/run.ts';
