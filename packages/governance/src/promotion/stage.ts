/** The one ladder (D-19). */
import type { LedgerStage } from '@holdfast/core';

export const STAGES = [
  'experiment',
  'paper',
  'pilot',
  'limited_live',
] as const satisfies readonly LedgerStage[];
export type Stage = (typeof STAGES)[number];

/** A gate has the name of the stage behind it; nothing guards the first. */
export const GATES = ['paper', 'pilot', 'limited_live'] as const;
export type Gate = (typeof GATES)[number];

/** The stage whose decisions a gate measures. */
export const MEASURED_AT: Readonly<Record<Gate, Stage>> = {
  paper: 'experiment',
  pilot: 'paper',
  limited_live: 'pilot',
};

export const rankOf = (stage: Stage): number => STAGES.indexOf(stage);

/** `Paper ` is `paper`; what is no stage is null (`limited-live` is none). */
export function stageOf(text: string): Stage | null {
  const wanted = text.trim().toLowerCase();
  return STAGES.find((stage) => stage === wanted) ?? null;
}
