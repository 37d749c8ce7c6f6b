import type { RiskCause } from '@holdfast/core/guard';
import type { StatusDocument } from '@holdfast/core/status';
import { expect, it } from 'vitest';
import { ReasonLog } from './reason-log.ts';

type Shown = Pick<StatusDocument, 'mode_reasons' | 'open_permission_reason_codes'>;

/** A status with a step for each of its reasons, named by its order. */
function status(shown: Partial<Shown>, steps: readonly string[]): StatusDocument {
  return {
    mode_reasons: [],
    open_permission_reason_codes: [],
    ...shown,
    owner_view: { unblock: steps.map((current) => ({ current, target: `${current} gone` })) },
  } as unknown as StatusDocument;
}

const CAUSES: readonly RiskCause[] = ['daily_loss'];

it('each reason has a beginning, its figures then and last, and an end', () => {
  const log = new ReasonLog();
  const held: Partial<Shown> = {
    mode_reasons: ['REDUCEONLY_RISKSTATE_DEGRADED'],
    open_permission_reason_codes: ['WS_TRADES_GAP_RECONCILE_REQUIRED'],
  };
  log.saw(status(held, ['state 1', 'latch 1', 'cause 1']), CAUSES, 1_000);
  log.saw(status(held, ['state 2', 'latch 2', 'cause 2']), CAUSES, 2_000);
  const later: Partial<Shown> = { mode_reasons: ['REDUCEONLY_RISKSTATE_DEGRADED'] };
  log.saw(status(later, ['state 3', 'cause 3']), CAUSES, 3_000);
  const told = log.spans.map(({ kind, code, from, until, began, last, target }) => [
    kind,
    code,
    from,
    until,
    began,
    last,
    target,
  ]);
  expect(told).toEqual([
    ['mode', 'REDUCEONLY_RISKSTATE_DEGRADED', 1_000, null, 'state 1', 'state 3', 'state 3 gone'],
    [
      'latch',
      'WS_TRADES_GAP_RECONCILE_REQUIRED',
      1_000,
      3_000,
      'latch 1',
      'latch 2',
      'latch 2 gone',
    ],
    ['cause', 'daily_loss', 1_000, null, 'cause 1', 'cause 3', 'cause 3 gone'],
  ]);
});

it('a reason that comes back is told a second time', () => {
  const log = new ReasonLog();
  log.saw(status({}, ['one']), CAUSES, 1_000);
  log.saw(status({}, []), [], 2_000);
  log.saw(status({}, ['two']), CAUSES, 3_000);
  expect(log.spans.map(({ from, until }) => [from, until])).toEqual([
    [1_000, 2_000],
    [3_000, null],
  ]);
});

it('of very many the last ones are kept', () => {
  const log = new ReasonLog();
  for (let at = 0; at < 600; at += 2) {
    log.saw(status({}, ['up']), CAUSES, at);
    log.saw(status({}, []), [], at + 1);
  }
  expect(log.spans).toHaveLength(256);
  expect(log.spans.at(-1)).toMatchObject({ from: 598, until: 599 });
});
