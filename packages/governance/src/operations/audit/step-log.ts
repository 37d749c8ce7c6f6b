/** The mandated form of a step (section 9.5), rendered from the records alone. */
import type { GateRecord } from '../gate.ts';
import type { AuditRecord } from './event.ts';
import { all, type Told } from './story.ts';

/** Every step that was begun, in order, in the words of the seed. */
export function renderStepLog(records: readonly AuditRecord[]): string {
  return all(records, 'step_started')
    .map((started) => renderStep(records, started))
    .join('\n');
}

function renderStep(records: readonly AuditRecord[], started: Told<'step_started'>): string {
  const { step, place, ts, command } = started;
  const next = all(records, 'step_started').find((told) => told.place > place);
  const own = <T extends { readonly place: number }>(told: readonly T[]): readonly T[] =>
    told.filter((item) => item.place > place && item.place < (next?.place ?? records.length));
  const finished = own(all(records, 'step_finished')).find((told) => told.step === step);
  const gates = own(all(records, 'verification'))
    .filter((told) => told.step === step)
    .flatMap((told) => told.gates);
  return [
    `[STEP ${step} | ${ts}]`,
    'Command:',
    indented(command),
    'Result:',
    indented(finished === undefined ? 'none is on record' : resultOf(finished)),
    // A step nobody saw the end of has not passed.
    `Status: ${finished?.status ?? 'FAIL'}`,
    'Verification:',
    gates.length === 0 ? indented('none is on record') : gates.map(renderGate).join('\n'),
    '',
  ].join('\n');
}

function resultOf({ output, exit_code: exitCode }: Told<'step_finished'>): string {
  const code = exitCode === null ? '' : `exit code ${exitCode}`;
  const lines = [output.text.trimEnd(), code].filter((line) => line !== '');
  return lines.length === 0 ? 'no output' : lines.join('\n');
}

function renderGate({ command, expected, observed, answer }: GateRecord): string {
  return indented(`$ ${command}\n${observed.trimEnd()}\n${answer}, expected ${expected}`);
}

/** Only the log itself begins a line at its edge, so that no output can pose as a step. */
function indented(text: string): string {
  return printable(text)
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

/** What would move a cursor or end a line is shown, not obeyed. */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) =>
      sign === '\n' || sign === '\t' ? sign : escaped(sign),
    );
}

function escaped(sign: string): string {
  return `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`;
}
