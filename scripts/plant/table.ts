/** What the planted bugs and their hunt look like to a reader. */
import type { Plant } from './plant.ts';
import type { Verdict } from './verdict.ts';

/** The list as docs/proving-ground.md has it. */
export function plantTable(plants: readonly Plant[]): string {
  const rows = plants.map(({ name, class: kind, does, file, caughtBy, ground }) => [
    `\`${name}\``,
    kind,
    does,
    `\`${file.replace('packages/', '').replace('/src/', '/')}\``,
    caughtBy.map((checker) => `\`${checker}\``).join(' or '),
    ground,
  ]);
  const header = ['Plant', 'Class', 'What it does', 'Where', 'Must be found by', 'In'];
  return [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

export function verdictLine({ plant, outcome, seconds }: Verdict): string {
  const took = `${seconds.toFixed(1).padStart(6)} s`;
  const head = `${plant.name.padEnd(36)} ${plant.class.padEnd(26)}`;
  switch (outcome.kind) {
    case 'caught': {
      const { checker, where, needed } = outcome.by;
      const effort = `${needed} ${needed === 1 ? 'world' : 'worlds'}`;
      return `caught  ${head} ${checker.padEnd(30)} ${where} (${effort}) ${took}`;
    }
    case 'missed': {
      const others = outcome.others.length === 0 ? '' : `; others: ${outcome.others.join(' ')}`;
      return `MISSED  ${head} by all of ${outcome.ran}${others} ${took}`;
    }
    case 'broken':
      return `BROKEN  ${head} ${outcome.why}`;
    case 'unplantable':
      return `LOST    ${head} ${outcome.why}`;
  }
}
