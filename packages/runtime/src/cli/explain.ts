import { collectStory } from '../explain/story.ts';
import { tellStory } from '../explain/tell.ts';
import { findRun } from './beside.ts';
import { couldNotTell, type ExitCode, type Io, tell, tellJson } from './io.ts';

export interface ExplainOptions {
  readonly run?: string;
  readonly json: boolean;
}

/**
 * `holdfast explain <intent_id>`: reads the run's folder, with the engine running or gone. 0 when
 * the intent was found, 1 when nothing is known of it, 2 when there is no run to ask.
 */
export async function explain(
  subject: string,
  { run, json }: ExplainOptions,
  io: Pick<Io, 'out' | 'err' | 'cwd' | 'root'>,
): Promise<ExitCode> {
  const found = findRun(run, io);
  if (!found.ok) return couldNotTell(io, json, found.trouble);
  const story = await collectStory(found.beside.folder, subject);
  if (json) tellJson(io, story);
  else for (const line of tellStory(story)) tell(io, line);
  return story.decisions.length + story.records.length > 0 ? 0 : 1;
}
