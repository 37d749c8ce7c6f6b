/** Pieces the written pages of every pack are made of. */
export const link = (path: string): string => `[${path}](${path})`;
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
export const listOr = (lines: readonly string[], otherwise: string): string =>
  lines.length === 0 ? otherwise : lines.map((line) => `- ${line}`).join('\n');

/** A cell may hold anything but what ends it. */
const cell = (text: string): string => oneLine(text).replaceAll('|', '\\|');

export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((each) => cell(String(each))).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
