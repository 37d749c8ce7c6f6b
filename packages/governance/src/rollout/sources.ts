/** From bytes to sources: each read by its schema, and by what it may not say of itself. */
import { BRANCH_STATUS_TABLE } from './branch-status.ts';
import { contradictionOfManifest, parseManifest } from './daily.ts';
import { contradictionOfDivergence, DIVERGENCE_TABLE } from './divergence.ts';
import {
  contradictionOfCheckedAt,
  contradictionOfGoldenManifest,
  parseGoldenManifest,
  parseGoldenRegression,
  parseNoSilentPath,
} from './equivalence.ts';
import type { Sources } from './evidence.ts';
import { contradictionOfHealth, parseHealth } from './monitor.ts';
import { contradictionOfHistory, HISTORY_TABLE } from './monitor-history.ts';
import { type Bytes, documentOf, rowsOf, sha256Of } from './reading.ts';
import { SOURCE_FILES } from './source-files.ts';

/** `bytesOf` is given paths relative to the folder, also those that the manifest names. */
export function sourcesFrom(bytesOf: (path: string) => Bytes): Sources {
  const { golden, noSilentPath, goldenManifest, ...files } = SOURCE_FILES;
  const manifest = documentOf(bytesOf(files.manifest), parseManifest, contradictionOfManifest);
  const named = manifest.status === 'value' ? manifest.value.files : [];
  return {
    manifest,
    named: named.map(({ path }) => {
      const read = bytesOf(path);
      return { path, sha256: read.status === 'bytes' ? sha256Of(read.bytes) : null };
    }),
    health: documentOf(bytesOf(files.health), parseHealth, contradictionOfHealth),
    history: rowsOf(bytesOf(files.history), HISTORY_TABLE, contradictionOfHistory),
    divergence: rowsOf(bytesOf(files.divergence), DIVERGENCE_TABLE, contradictionOfDivergence),
    branches: rowsOf(bytesOf(files.branches), BRANCH_STATUS_TABLE, () => null),
    golden: documentOf(bytesOf(golden), parseGoldenRegression, contradictionOfCheckedAt),
    noSilentPath: documentOf(bytesOf(noSilentPath), parseNoSilentPath, contradictionOfCheckedAt),
    goldenManifest: documentOf(
      bytesOf(goldenManifest),
      parseGoldenManifest,
      contradictionOfGoldenManifest,
    ),
  };
}
