/** The door of the store: chains, their files, and what is made of them. */
export { chainFileFault, writeChainFile } from './export-chain.ts';
export { importChain } from './import-chain.ts';
export { openStore } from './open.ts';
export { projectionFault, viewFault, withChainHead } from './projection.ts';
