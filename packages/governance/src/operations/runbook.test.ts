import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { bundleDeclaration } from './declaration.fixture.ts';
import { faultName } from './fault.ts';
import { PROJECT } from './probe.fixture.ts';
import { digestOf } from '@holdfast/runtime/proof';
import { readRunbook, RUNBOOK_SECTIONS } from './runbook.ts';

const TEMPLATE = readFileSync(join(PROJECT, 'docs/OPS_RUNBOOK_TEMPLATE.md'), 'utf8');

/** The published template, filled in by somebody who follows it. */
function filled(yaml = stringify(bundleDeclaration(), { lineWidth: 0 })): string {
  return TEMPLATE.replace(/```yaml\n[\s\S]*?```/, () => `\`\`\`yaml\n${yaml}\`\`\``).replaceAll(
    /<[A-Z_]+>/g,
    'known',
  );
}

function faultsOf(text: string): readonly string[] {
  const read = readRunbook(text);
  return read.ok ? [] : read.faults.map(faultName);
}

describe('a runbook', () => {
  it('O-01 that is filled in is the declaration of its section 0', () => {
    const read = readRunbook(filled());
    expect(read.ok && read.declaration).toEqual(bundleDeclaration());
    expect(read.ok && read.digest).toBe(digestOf(bundleDeclaration()));
  });

  it('O-01 that is not filled in is refused, line by line', () => {
    const lines = TEMPLATE.split('\n');
    const open = lines.flatMap((line, index) =>
      [...line.matchAll(/<[A-Z_]+>/g)].map(() => `placeholder_unresolved:line ${index + 1}`),
    );
    expect(faultsOf(TEMPLATE)).toEqual(open);
    expect(open.length).toBeGreaterThan(20);
  });

  it.each(['<WHY_THIS_SCOPE>', '<why this scope>', '<…>', '<...>'])(
    'O-01 one that was forgotten is refused: %s',
    (left) => {
      const text = filled().replace('Why this scope', `${left} Why this scope`);
      expect(faultsOf(text)[0]).toMatch(/^placeholder_unresolved:line \d+$/);
    },
  );

  it('leaves to the runner what the runner writes', () => {
    expect(faultsOf(`${filled()}\n<APPROVED_BY>\n`)).toEqual([]);
  });

  it('has all its sections, in their order, and no other', () => {
    for (const [index, title] of RUNBOOK_SECTIONS.entries()) {
      const without = filled().replace(new RegExp(`^## ${index}\\).*$`, 'm'), '');
      expect(faultsOf(without), title).toEqual(['declaration_unreadable:section']);
      const renamed = filled().replace(`## ${index}) ${title}`, `## ${index}) Anything`);
      expect(faultsOf(renamed), title).toEqual(['declaration_unreadable:section']);
    }
    expect(faultsOf(`${filled()}\n## 7) More\n`)).toEqual(['declaration_unreadable:section']);
    expect(faultsOf('')).toEqual(['declaration_unreadable:section']);
  });

  it('holds one block in section 0, so that nobody has to say which one counts', () => {
    const yaml = stringify(bundleDeclaration());
    const second = filled().replace('## 1)', () => `\`\`\`yaml\n${yaml}\`\`\`\n\n## 1)`);
    expect(faultsOf(second)).toEqual(['declaration_unreadable:block']);
    expect(faultsOf(filled().replace('```yaml', '```'))).toEqual(['declaration_unreadable:block']);
    expect(faultsOf(filled().replace('```yaml', ''))).toContain('declaration_unreadable:section');
  });

  it('O-13 names the line of the runbook that is wrong', () => {
    const text = filled(`${stringify(bundleDeclaration())}outcome: SUCCESS\n`);
    const line = text.split('\n').indexOf('outcome: SUCCESS') + 1;
    const read = readRunbook(text);
    expect(read.ok ? '' : read.faults[0].message).toContain(`line ${line}, column`);
    const locate = readRunbook(filled());
    const at =
      filled()
        .split('\n')
        .findIndex((each) => each.startsWith('environment:')) + 1;
    const fault = {
      code: 'env_not_permitted',
      operand: '',
      place: '/environment',
      message: 'no',
    } as const;
    expect(locate.ok && locate.locate(fault).message).toBe(`line ${at}, column 1: no`);
  });
});
