/** The prompt that asks for a declaration (section 9.13). It drafts; it governs nothing. */
import type { RiskClass } from './declaration.ts';

/** What an operation is to be, before anybody has declared it. */
export interface PromptFields {
  readonly OPERATION_NAME: string;
  readonly OBJECTIVE: string;
  readonly RISK_CLASS: RiskClass;
  readonly BLAST_RADIUS: string;
  readonly ROLLBACK_STRATEGY: string;
  readonly ALLOWED_PATHS: readonly string[];
  readonly ALLOWED_SERVICES: readonly string[];
}

export type Filled =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly unresolved: readonly string[] };

const PLACEHOLDER = /<([A-Z][A-Z0-9_]*)>/g;

/**
 * Fills the template in one pass: a placeholder inside of a value is text like any other and stays
 * as it is. One that nothing fills is an error.
 */
export function fillPrompt(template: string, fields: PromptFields): Filled {
  const values = valuesOf(fields);
  const unresolved = new Set<string>();
  const text = dedent(template)
    .trim()
    .replaceAll(PLACEHOLDER, (whole: string, name: string) => {
      const value = values.get(name);
      if (value === undefined) unresolved.add(whole);
      return value ?? whole;
    });
  if (unresolved.size > 0) return { ok: false, unresolved: [...unresolved] };
  return { ok: true, text: `${text}\n` };
}

function valuesOf(fields: PromptFields): ReadonlyMap<string, string> {
  const inline = Object.entries(fields).map(
    ([name, value]: [string, string | readonly string[]]) =>
      [name, hung(typeof value === 'string' ? value : value.join(', '))] as const,
  );
  const block = (items: readonly string[]): string =>
    (items.length === 0 ? ['<none>'] : items).map((item) => `- ${hung(item)}`).join('\n');
  return new Map([
    ...inline,
    ['ALLOWED_PATHS_BLOCK', block(fields.ALLOWED_PATHS)],
    ['ALLOWED_SERVICES_BLOCK', block(fields.ALLOWED_SERVICES)],
  ]);
}

/** Further lines of a value are set in, so that none can pass for a heading of the prompt. */
function hung(value: string): string {
  return value
    .trim()
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .join('\n    ');
}

function dedent(text: string): string {
  const lines = text.split('\n');
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const depth = Math.min(...depths);
  return Number.isFinite(depth) ? lines.map((line) => line.slice(depth)).join('\n') : text;
}
