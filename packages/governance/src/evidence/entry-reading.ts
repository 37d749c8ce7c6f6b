/** What the gates read from an entry (section 1.4), and where each of it stands. */
import { type Stage, stageOf } from '../promotion/stage.ts';
import type { DiaryFact } from './diary-fact.ts';
import { type DiaryEntry, type Metadata, type Open } from './entry-schema.ts';
import { classifyForced, isRiskForced, objectIn, severityOf } from './forced.ts';
import { parseMoment } from './moment.ts';

/** Where a signature that is not ours is kept; nobody here saw such an entry being made. */
export const FOREIGN_SIGNATURE = 'foreign_signature';

/** What can only be told of the whole metadata; an amendment may still add to it. */
export interface MetadataReading {
  readonly stage: Stage | null;
  readonly severity: string;
  readonly isRiskForced: boolean;
  readonly route: string | null;
  readonly executionMode: DiaryFact['executionMode'];
  readonly provenance: DiaryFact['provenance'];
}

/** Null where the time is none: such an entry is refused before it comes here. */
export function factOf(entry: DiaryEntry, seq: number): DiaryFact | null {
  const recordedAt = parseMoment(entry.recorded_at);
  if (recordedAt === null) return null;
  const { regime, confidence } = entry.regime_state;
  return {
    entryId: entry.entry_id,
    seq,
    policyId: entry.policy_id,
    recordedAt,
    ...readMetadata(entry.metadata, entry.decision),
    regime: textOf(regime)?.toLowerCase() ?? null,
    regimeConfidence: confidence ?? null,
  };
}

export function readMetadata(metadata: Metadata, decision: Open): MetadataReading {
  return {
    stage: stageIn(metadata),
    severity: severityOf(metadata),
    isRiskForced: isRiskForced(classifyForced({ metadata, decision })),
    route: routeIn(metadata),
    executionMode: metadata.execution_mode ?? null,
    provenance: provenanceIn(metadata),
  };
}

/** The first place that says anything decides; what it says there may still be no stage. */
function stageIn(metadata: Metadata): Stage | null {
  const router = objectIn(metadata, 'release_execution');
  const told = [metadata.release_stage, router['stage'], router['release_stage']].find(
    (value) => textOf(value) !== null,
  );
  return typeof told === 'string' ? stageOf(told) : null;
}

function routeIn(metadata: Metadata): string | null {
  const router = objectIn(metadata, 'release_execution');
  return textOf(router['route']) ?? textOf(metadata.release_execution_route);
}

function provenanceIn(metadata: Metadata): DiaryFact['provenance'] {
  const { provenance } = metadata;
  if (provenance === undefined || Object.hasOwn(metadata, FOREIGN_SIGNATURE)) return null;
  return { clock: provenance.clock, venue: provenance.venue, data: provenance.data };
}

/** Trimmed; null where it is blank or no text. */
function textOf(value: unknown): string | null {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? null : text;
}
