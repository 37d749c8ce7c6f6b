/** The door of the diary: what decides about entries, writes them down and shows them. */
export { readArchive } from './archive.ts';
export { DiaryDesk } from './diary-desk.ts';
export { exportJson, importDocument, readDiaryDocument } from './diary-document.ts';
export { exportMarkdown } from './diary-markdown.ts';
export { evaluateDrift } from './drift-gate.ts';
export { classifyRegime } from './regime.ts';
export { measureFeatures } from './regime-features.ts';
export { releaseExecution } from './release-execution.ts';
