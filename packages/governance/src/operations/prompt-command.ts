/** `ops_prompt_fill` (section 9.13), as a function of its words; it starts nothing. */
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { stringify } from 'yaml';
import { RISK_CLASSES, type RiskClass } from './declaration.ts';
import { fillPrompt, type PromptFields } from './prompt.ts';
import { readText } from './read.ts';

export interface CommandAnswer {
  readonly exitCode: 0 | 1 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

interface Flags {
  readonly template: string;
  readonly ledger: boolean;
  readonly operation: string;
  readonly objective: string;
  readonly risk_class: RiskClass;
  readonly blast_radius: string;
  readonly rollback_strategy: string;
  readonly allowed_paths: readonly string[];
  readonly allowed_services?: readonly string[] | true;
  readonly operation_id?: string;
  readonly requested_by?: string;
  readonly changes_summary?: string;
  readonly notes?: string;
}

/**
 * Fills the template, or with `--ledger` prints the draft of an entry. What only happens later
 * (approval, execution, outcome) cannot be typed: there is no flag for it, and the draft leaves it
 * empty.
 * @param project root of the project, where the published template is.
 */
export function promptFill(words: readonly string[], project: string): CommandAnswer {
  const flags = readFlags(words, project);
  if ('exitCode' in flags) return flags;
  if (flags.ledger && (flags.changes_summary ?? '').trim() === '') {
    return no('Error: --changes_summary is required when using --ledger');
  }
  const services = flags.allowed_services;
  const fields: PromptFields = {
    OPERATION_NAME: flags.operation,
    OBJECTIVE: flags.objective,
    RISK_CLASS: flags.risk_class,
    BLAST_RADIUS: flags.blast_radius,
    ROLLBACK_STRATEGY: flags.rollback_strategy,
    ALLOWED_PATHS: flags.allowed_paths,
    ALLOWED_SERVICES: services === true || services === undefined ? [] : services,
  };
  if (flags.ledger) return { exitCode: 0, stdout: ledgerDraft(flags), stderr: '' };
  const template = readText(flags.template);
  if (typeof template !== 'string') {
    const isMissing = template.operand === 'missing';
    return no(isMissing ? `Template not found: ${flags.template}` : template.message);
  }
  const filled = fillPrompt(template, fields);
  if (filled.ok) return { exitCode: 0, stdout: filled.text, stderr: '' };
  return no(`Error: nothing fills ${filled.unresolved.join(', ')} of ${flags.template}`);
}

function no(message: string): CommandAnswer {
  return { exitCode: 1, stdout: '', stderr: `${message}\n` };
}

function readFlags(words: readonly string[], project: string): Flags | CommandAnswer {
  const printed = { stdout: '', stderr: '' };
  const command = new Command('ops prompt')
    .description('Fills the prompt that asks for a declaration of an operation')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        printed.stdout += text;
      },
      writeErr: (text) => {
        printed.stderr += text;
      },
    })
    .allowExcessArguments(false)
    .option('--template <path>', 'the template', join(project, 'config/ops/prompt-template.txt'))
    .option('--ledger', 'print the draft of a ledger entry instead', false)
    .requiredOption('--operation <name>', 'name of the operation')
    .requiredOption('--objective <text>', 'what it is for')
    .addOption(
      new Option('--risk_class <class>', 'its class').choices(RISK_CLASSES).makeOptionMandatory(),
    )
    .requiredOption('--blast_radius <text>', 'what can break')
    .requiredOption('--rollback_strategy <text>', 'how it is undone')
    .requiredOption('--allowed_paths <path...>', 'paths it may modify; repeated or in a row')
    .option('--allowed_services [service...]', 'services it may touch; none where none follow')
    .option('--operation_id <id>', 'as it was allocated')
    .option('--requested_by <person>', 'who wants it')
    .option('--changes_summary <line>', 'what changes, for the ledger')
    .option('--notes <text>', 'for the ledger');
  try {
    command.parse([...words], { from: 'user' });
    return command.opts<Flags & Record<string, unknown>>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : 2, ...printed };
  }
}

/** The entry of section 9.10, as far as it is known before anything has happened. */
function ledgerDraft(flags: Flags): string {
  const entry = {
    operation_id: flags.operation_id ?? null,
    operation_name: flags.operation,
    requested_by: flags.requested_by ?? null,
    approved_by: null,
    approval_timestamp: null,
    execution_timestamp: null,
    risk_class: flags.risk_class,
    blast_radius: flags.blast_radius,
    changes_summary: flags.changes_summary ?? null,
    rollback_ref: flags.rollback_strategy,
    outcome: null,
    notes: flags.notes ?? 'N/A',
  };
  return [
    '```yaml',
    stringify(entry, { lineWidth: 0 }).trimEnd(),
    '```',
    '# A draft: nothing is approved, and nothing has happened.',
    '# The runner allocates what is empty and writes the entry when the operation is sealed.',
    '',
  ].join('\n');
}
