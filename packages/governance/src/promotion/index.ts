/** The door of promotion: ledger, guard, registry, and what may be opened with what they say. */
export { loadGuardConfig } from './guard/config-file.ts';
export { validate } from './guard/guard.ts';
export { decide } from './ledger/decide.ts';
export {
  readConsent,
  readPromotionApproval,
  signConsent,
  signPromotionApproval,
} from './ledger/personal-yes.ts';
export { describeRelease } from './ledger/release-posture.ts';
export { workflowOf } from './ledger/workflow.ts';
export { mayOpen, mayReduce } from './permission.ts';
export { championsOf, strategiesByStatus, summaryOf } from './registry/queries.ts';
export { StrategyRegistry } from './registry/registry.ts';
export { isProjected, projectRegistry } from './registry/table.ts';
