/** Steps 2 to 4 of the forward pipeline on a folder (section 8.9): a session as measured. */
import { messageOf } from '@holdfast/runtime/proof';
import { type DayAbout, dayFiles } from './day.ts';
import { withRolloutFolder } from './folder.ts';

export type DayRecorded =
  | { readonly ok: true; readonly paths: readonly string[] }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** The health last: where it stands, history and divergence of the session are there as well. */
export function recordDay(folder: string, about: DayAbout): DayRecorded {
  const run = withRolloutFolder(folder, about.now, (session): DayRecorded => {
    try {
      const written = dayFiles(session.readDay(), about);
      if (!written.ok) return { ok: false, code: written.code, detail: 'it is not written over' };
      session.put(written.files);
      return { ok: true, paths: Object.keys(written.files) };
    } catch (error) {
      return { ok: false, code: 'rollout_unwritable', detail: messageOf(error) };
    }
  });
  return run.ok ? run.value : run;
}
