import { configureGlobal } from 'fast-check';

/** Every mutant meets the same examples: what survives today survives tomorrow. */
configureGlobal({ seed: 20_261_121 });
