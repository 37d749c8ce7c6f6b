import { currentMode } from '@holdfast/core/step';
import { type Checker, demand } from './checker.ts';

/**
 * When the faults cease the system trades again: nothing is stuck, nothing stays reserved, the
 * latch is open.
 */
export function putRightInTheEnd(): Checker {
  const name = 'put-right-in-the-end';
  return {
    name,
    atEnd: ({ state }) => {
      const { mode, reasons } = currentMode(state);
      const causes = [...state.observations.riskCauses.keys()].join(' ');
      demand(mode === 'Active', name, () => `${mode} because ${reasons.join(' ')} (${causes})`);
      const working = [...state.facts.working];
      demand(working.length === 0, name, () => `still working: ${working.join(' ')}`);
      demand(state.observations.reservations.size === 0, name, () => 'exposure stays reserved');
    },
  };
}
