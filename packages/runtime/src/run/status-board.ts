import type { StatusDocument } from '@holdfast/core/status';

export interface StatusBoard {
  /** The last snapshot: frozen, and the same for everybody until the next. */
  current(): StatusDocument;
  /** Since when its first reason, or its state, has been what it is. */
  since(): { readonly code: string; readonly at: number };
  /** Makes a new snapshot; for the loop alone, between two of its turns. */
  refresh(): void;
  /** One once the turn is over, however often it is asked for: no order waits for a status. */
  refreshSoon(): void;
}

export interface BoardOptions {
  readonly describe: () => StatusDocument;
  /** Epoch ms of the run's clock. */
  readonly now: () => number;
  /** Hears of every snapshot, as JSON text made once. */
  readonly publish: (text: string) => void;
  /** Hears of it as it is. */
  readonly onSnapshot: (snapshot: StatusDocument) => void;
}

/**
 * One frozen status of the whole engine, made at the loop's own pace and written out once. Whoever
 * asks is answered from it: no question reaches the state of the core.
 */
export function createStatusBoard(options: BoardOptions): StatusBoard {
  const { describe, now, publish, onSnapshot } = options;
  let snapshot = describe();
  let since = { code: snapshot.owner_view.primary_owner_reason_code, at: now() };
  const show = (): void => {
    const code = snapshot.owner_view.primary_owner_reason_code;
    if (code !== since.code) since = { code, at: now() };
    onSnapshot(snapshot);
    publish(JSON.stringify(snapshot));
  };
  let isDue = false;
  const refresh = (): void => {
    isDue = false;
    snapshot = describe();
    show();
  };
  show();
  return {
    current: () => snapshot,
    since: () => since,
    refresh,
    refreshSoon() {
      if (isDue) return;
      isDue = true;
      setImmediate(() => isDue && refresh());
    },
  };
}
