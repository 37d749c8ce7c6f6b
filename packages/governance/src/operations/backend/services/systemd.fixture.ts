/**
 * Stand-ins for systemctl and journalctl that play transcripts. The transcripts were written down
 * from systemd 252 (Debian 12) as the manual pages and its output formats have them; they are no
 * recording of a machine on which this ran, as PID 1 here is not systemd (D-43).
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Transcript {
  /** The whole argument list, joined by blanks. */
  readonly args: string;
  readonly out?: string;
  readonly err?: string;
  readonly exitCode?: number;
}

/** A folder with both programs. Each call is written to `calls`; one that is not known fails. */
export function playSystemd(
  folder: string,
  systemctl: readonly Transcript[],
  journalctl: readonly Transcript[] = [],
): { readonly path: string; readonly calls: string } {
  mkdirSync(folder, { recursive: true });
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  const programs = { systemctl, journalctl };
  for (const [name, transcripts] of Object.entries(programs)) {
    const cases = transcripts.map(({ args, out = '', err = '', exitCode = 0 }) =>
      [
        `${quote(args)})`,
        `printf %s ${quote(out)}; printf %s ${quote(err)} >&2; exit ${exitCode} ;;`,
      ].join(' '),
    );
    const script = [
      '#!/bin/sh',
      `echo "${name} $*" >>${quote(calls)}`,
      'case "$*" in',
      ...cases,
      '*) echo "unknown call" >&2; exit 99 ;;',
      'esac',
    ];
    writeFileSync(join(folder, name), `${script.join('\n')}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { path: folder, calls };
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const ASK = '--no-pager --no-ask-password show';

export const showNames = (asked: string, out: string): Transcript => ({
  args: `${ASK} --property=Id,Names,LoadState -- ${asked}`,
  out,
});

export const showState = (unit: string, out: string): Transcript => ({
  args: `${ASK} --property=ActiveState,SubState,LoadState,UnitFileState -- ${unit}`,
  out,
});
