/** Every planted bug, by class. */
import { AGES } from './ages.ts';
import { DEDUPES } from './dedupes.ts';
import { DISKS } from './disks.ts';
import { GAPS } from './gaps.ts';
import { LATCHES } from './latches.ts';
import { MARKERS } from './markers.ts';
import { type Plant, CLASSES } from './plant.ts';
import { PAIRS } from './pairs.ts';
import { POSITIONS } from './positions.ts';
import { RELEASES } from './releases.ts';
import { RESENDS } from './resends.ts';
import { SILENCES } from './silences.ts';
import { STOPS } from './stops.ts';

const ALL: readonly Plant[] = [
  ...MARKERS,
  ...DEDUPES,
  ...RELEASES,
  ...AGES,
  ...RESENDS,
  ...GAPS,
  ...SILENCES,
  ...LATCHES,
  ...POSITIONS,
  ...STOPS,
  ...DISKS,
  ...PAIRS,
];

export const PLANTS: readonly Plant[] = CLASSES.flatMap((name) =>
  ALL.filter((plant) => plant.class === name),
);
