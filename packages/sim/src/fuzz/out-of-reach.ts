/** Why no world can reach a code, and how one would notice that this has changed. */
export interface OutOfReach {
  readonly why: string;
  /**
   * What stands in the sources of core or runtime once it is built. Left out where the code is
   * built and something before it always answers first.
   */
  readonly builtAs?: string;
}

/**
 * Every code no world of this build can reach, by `kind code`, and nothing else: a test holds this
 * list against the sources, and a run that reaches one of them says so and fails.
 */
export const OUT_OF_REACH: Readonly<Record<string, OutOfReach>> = Object.freeze({
  'reject EvidenceChainNotGreen': {
    why: 'the evidence chain of GOP is not built',
    builtAs: "reject('EvidenceChainNotGreen'",
  },
  'mode REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN': {
    why: 'the evidence chain of GOP is not built',
    builtAs: 'inputs.evidenceChain = ',
  },
  'reject LabelTooLong': {
    why: 'a label is made of derived parts of fixed length and cannot be too long (AMB-07)',
  },
  'reject FeeCacheStale': {
    why: 'the mode falls at the same age of the fees, and its gate is asked before',
  },
});
