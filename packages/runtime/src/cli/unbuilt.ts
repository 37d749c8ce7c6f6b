import { couldNotTell, type ExitCode, type Io } from './io.ts';

export interface UnbuiltVerb {
  readonly verb: string;
  /** Which step of the plan brings it, and what there is until then. */
  readonly comes: string;
}

/** Verbs the launcher knows and this build does not have. */
export const UNBUILT: readonly UnbuiltVerb[] = [
  {
    verb: 'run',
    comes: 'it comes with the connection to Deribit; `holdfast day` trades the built-in venue',
  },
  { verb: 'status', comes: 'it comes with the control plane of a running engine' },
  { verb: 'emergency', comes: 'it comes with the control plane of a running engine' },
  { verb: 'keys', comes: 'it comes with the control plane; `holdfast certify` makes a local key' },
];

/** Never pretends: the answer is always 2. */
export function refuseUnbuilt({ verb, comes }: UnbuiltVerb, json: boolean, io: Io): ExitCode {
  const detail = `this build does not have it: ${comes}`;
  return couldNotTell(io, json, { place: `holdfast ${verb}`, rule: 'not_built', detail });
}
