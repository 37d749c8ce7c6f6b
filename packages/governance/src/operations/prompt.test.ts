import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PROJECT } from './probe.fixture.ts';
import { promptFill } from './prompt-command.ts';
import { fillPrompt, type PromptFields } from './prompt.ts';

const FIELDS: PromptFields = {
  OPERATION_NAME: 'Deploy alpha',
  OBJECTIVE: 'Load the bundle',
  RISK_CLASS: 'LOW_RISK_CONFIG',
  BLAST_RADIUS: 'the loader',
  ROLLBACK_STRATEGY: 'put it back',
  ALLOWED_PATHS: ['/srv/a', '/srv/b'],
  ALLOWED_SERVICES: [],
};
const WORDS = [
  '--operation',
  'Deploy: alpha # 1',
  '--objective',
  'budget $1820.93',
  '--risk_class',
  'LOW_RISK_CONFIG',
  '--blast_radius',
  '"the" loader',
  '--rollback_strategy',
  'put\nback',
];

describe('filling', () => {
  it('O-17 puts values in a line and items in a block', () => {
    const template = [
      '    NAME: <OPERATION_NAME>, <RISK_CLASS>',
      '    PATHS: <ALLOWED_PATHS> SERVICES: <ALLOWED_SERVICES>',
      '    <ALLOWED_PATHS_BLOCK>',
      '',
      '    <ALLOWED_SERVICES_BLOCK>',
      '',
    ].join('\n');
    expect(fillPrompt(template, FIELDS)).toEqual({
      ok: true,
      text:
        'NAME: Deploy alpha, LOW_RISK_CONFIG\nPATHS: /srv/a, /srv/b SERVICES: \n' +
        '- /srv/a\n- /srv/b\n\n- <none>\n',
    });
  });

  it('O-17 leaves an injected placeholder as it is, and the signs of a replacement', () => {
    const fields = {
      ...FIELDS,
      OBJECTIVE: '<RISK_CLASS> <NOTHING> $& $1',
      ALLOWED_PATHS: ['<OBJECTIVE>'],
    };
    expect(fillPrompt('<OBJECTIVE>|<ALLOWED_PATHS_BLOCK>', fields)).toEqual({
      ok: true,
      text: '<RISK_CLASS> <NOTHING> $& $1|- <OBJECTIVE>\n',
    });
  });

  it('O-17 names every placeholder that nothing fills', () => {
    expect(fillPrompt('<OBJECTIVE> <APPROVED_BY> <OUTCOME> <APPROVED_BY>', FIELDS)).toEqual({
      ok: false,
      unresolved: ['<APPROVED_BY>', '<OUTCOME>'],
    });
  });

  it('sets further lines of a value in, so that none is a heading', () => {
    const filled = fillPrompt('A: <OBJECTIVE>', {
      ...FIELDS,
      OBJECTIVE: 'a\nHARD RULES\r\n- none',
    });
    expect(filled.ok && filled.text).toBe('A: a\n    HARD RULES\n    - none\n');
  });
});

describe('ops_prompt_fill', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-prompt-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('O-17 fills the published template, with lists in a row or repeated', () => {
    const row = promptFill(
      [...WORDS, '--allowed_paths', '/srv/a', '/srv/b', '--allowed_services'],
      PROJECT,
    );
    const repeated = promptFill(
      [...WORDS, '--allowed_paths', '/srv/a', '--allowed_paths', '/srv/b'],
      PROJECT,
    );
    expect(row).toEqual(repeated);
    expect(row.exitCode).toBe(0);
    expect(row.stdout).toContain('Paths:\n- /srv/a\n- /srv/b\nServices:\n- <none>\n');
    expect(row.stdout).toContain('OBJECTIVE: budget $1820.93\n');
    for (const block of [
      'ROLE',
      'HARD RULES',
      'SCOPE CONTRACT',
      'OPERATION DECLARATION',
      'ALLOWLIST',
    ]) {
      expect(row.stdout).toMatch(new RegExp(`^${block}$`, 'm'));
    }
    for (const block of [
      'EXECUTION FORMAT',
      'MANDATORY VERIFICATION GATES',
      'REPORTING CONTRACT',
    ]) {
      expect(row.stdout).toMatch(new RegExp(`^${block}$`, 'm'));
    }
    expect(row.stdout).not.toMatch(/\broot\b/);
  });

  it('O-17 a template that is not there is exit 1, and so is one that asks for more', () => {
    const missing = join(folder, 'none.txt');
    const words = [...WORDS, '--allowed_paths', '/a', '--template'];
    expect(promptFill([...words, missing], PROJECT)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `Template not found: ${missing}\n`,
    });
    const greedy = join(folder, 'greedy.txt');
    writeFileSync(greedy, 'Approved by <APPROVED_BY>');
    const answer = promptFill([...words, greedy], PROJECT);
    expect([answer.exitCode, answer.stdout]).toEqual([1, '']);
    expect(answer.stderr).toContain('<APPROVED_BY>');
  });

  it('O-17 the ledger without a summary is exit 1', () => {
    const words = [...WORDS, '--allowed_paths', '/a', '--ledger'];
    for (const more of [[], ['--changes_summary', ' ']]) {
      expect(promptFill([...words, ...more], PROJECT)).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: 'Error: --changes_summary is required when using --ledger\n',
      });
    }
  });

  it('O-13 O-17 the draft of an entry parses back, and says nothing that did not happen', () => {
    const words = [...WORDS, '--allowed_paths', '/a', '--ledger', '--changes_summary', 'a: b'];
    const { exitCode, stdout } = promptFill(words, PROJECT);
    expect(exitCode).toBe(0);
    const yaml = /^```yaml\n([\s\S]*)\n```\n/.exec(stdout)?.[1] ?? '';
    expect(parse(yaml)).toEqual({
      operation_id: null,
      operation_name: 'Deploy: alpha # 1',
      requested_by: null,
      approved_by: null,
      approval_timestamp: null,
      execution_timestamp: null,
      risk_class: 'LOW_RISK_CONFIG',
      blast_radius: '"the" loader',
      changes_summary: 'a: b',
      rollback_ref: 'put\nback',
      outcome: null,
      notes: 'N/A',
    });
  });

  it('O-17 an approval and an outcome cannot be typed, and usage errors are exit 2', () => {
    const good = [...WORDS, '--allowed_paths', '/a'];
    for (const words of [
      [...good, '--approved_by', 'SELF'],
      [...good, '--outcome', 'SUCCESS'],
      [...good, '--risk_class', 'MEDIUM'],
      WORDS,
      ['--nonsense'],
    ]) {
      expect(promptFill(words, PROJECT).exitCode, words.join(' ')).toBe(2);
    }
    expect(promptFill(['--help'], PROJECT).exitCode).toBe(0);
  });
});
