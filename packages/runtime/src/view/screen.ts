/** Where a screen is drawn: the part of a terminal's stream this needs. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const ESC = '\u001b[';
const HIDE_CURSOR = `${ESC}?25l`;
const SHOW_CURSOR = `${ESC}?25h`;
const HOME = `${ESC}H`;
const CLEAR = `${ESC}2J`;
const CLEAR_LINE = `${ESC}K`;
const CLEAR_BELOW = `${ESC}J`;

export interface Screen {
  draw(lines: readonly string[]): void;
  /** The last picture stays; the cursor comes back below it. */
  close(): void;
}

/** Redraws in place: every frame overwrites the last one, so that nothing flickers. */
export function openScreen(terminal: Terminal): Screen {
  terminal.write(`${HIDE_CURSOR}${CLEAR}`);
  let isOpen = true;
  return {
    draw(lines) {
      if (!isOpen) return;
      const visible = lines.slice(0, Math.max(4, (terminal.rows ?? 40) - 1));
      terminal.write(
        `${HOME}${visible.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`,
      );
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      terminal.write(SHOW_CURSOR);
    },
  };
}
