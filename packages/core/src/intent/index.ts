export { classify } from './classify.ts';
export { canonicalIdentity, identify, type IntentIdentity, sid8 } from './identity.ts';
export type { IntentClass, IntentProposal, LegProposal, Side, TimeInForce } from './intent.ts';
export {
  assembleLabel,
  buildLabel,
  type BuiltLabel,
  gid12,
  LABEL_LENGTH_MAX,
  type LabelIdentity,
  type LabelParts,
  parseLabel,
} from './label.ts';
export {
  type LabelField,
  type LabelledOrder,
  type LabelMatch,
  matchLabel,
  type MatchableIntent,
} from './label-match.ts';
export { limitLeg } from './limit-leg.ts';
export { xxhash64, xxhash64Text } from './xxhash64.ts';
export {
  structureFingerprint,
  structureLeg,
  type StructureLeg,
  tenorBucket,
  type TenorBucket,
} from './structure.ts';
