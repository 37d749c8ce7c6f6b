/** Exposure that stays reserved for ever, or is not reserved at all (contract-1 section 17). */
import type { Plant } from './plant.ts';

const CLASS = 'forget a release';
const RESERVED = ['reserved-while-it-may-fill'];

export const RELEASES: readonly Plant[] = [
  {
    name: 'reservation-kept-at-the-end',
    class: CLASS,
    does: 'an order that was closed keeps its reservation',
    file: 'packages/core/src/turn/ledger.ts',
    find: `    case 'orderClosed':
      return settleReservation(state, record.label);`,
    replace: `      return settleReservation(state, record.label);
    case 'orderClosed':
      return;`,
    caughtBy: RESERVED,
    ground: 'worlds',
  },
  {
    name: 'reservation-kept-at-the-fill',
    class: CLASS,
    does: 'an order that was filled keeps its reservation',
    file: 'packages/core/src/turn/ledger.ts',
    find: '      if (record.label !== null) settleReservation(state, record.label);\n',
    replace: '',
    caughtBy: RESERVED,
    ground: 'worlds',
  },
  {
    name: 'reservation-kept-on-refusal',
    class: CLASS,
    does: 'an intent the ledger refuses keeps its reservation',
    file: 'packages/core/src/turn/ledger.ts',
    find: '  observations.reservations.release(label);\n  if (observations.waived',
    replace: '  if (observations.waived',
    caughtBy: RESERVED,
    ground: 'worlds',
  },
  {
    name: 'reservation-lost-at-restart',
    class: CLASS,
    does: 'what still works after a restart has nothing reserved',
    file: 'packages/core/src/turn/resume.ts',
    find: '    if (order !== undefined) reserveAgain(state, order);\n',
    replace: '    if (order === undefined) reserveAgain(state, order as never);\n',
    caughtBy: RESERVED,
    ground: 'worlds',
  },
  {
    name: 'reservation-let-go-when-sent',
    class: CLASS,
    does: 'an order that leaves takes its reservation with it',
    file: 'packages/core/src/turn/ledger.ts',
    find: `  observations.unresolved.set(label, observations.now);
  observations.leftAt.set(label`,
    replace: `  observations.reservations.release(label);
  observations.unresolved.set(label, observations.now);
  observations.leftAt.set(label`,
    caughtBy: RESERVED,
    ground: 'worlds',
  },
];
