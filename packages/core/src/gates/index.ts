export { type CandidateSource, createCandidate } from './candidate.ts';
export type {
  Candidate,
  Check,
  ExposureView,
  Gate,
  GateContext,
  Listing,
  PolicyGate,
  RateView,
  RequestView,
  SafetyGate,
} from './gate.ts';
export { type GateAnswer, GateAnswers, type Measure, NO_ANSWERS } from './answers.ts';
export { type Admission, admit, GATES } from './gates.ts';
export { type Reject, type RejectCode, type RejectOperands, reject } from './reject.ts';
