import { readOwnerStatus, type StatusDocument } from '@holdfast/core/status';

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
  /** A status could not be made, or breaks a rule of what a reader may be told. */
  readonly onUnsound: (rule: string) => void;
}

/**
 * One frozen status of the whole engine, made at the loop's own pace and written out once. Whoever
 * asks is answered from it: no question reaches the state of the core. Each is read as its reader
 * will read it before anybody sees it.
 */
export function createStatusBoard(options: BoardOptions): StatusBoard {
  const { describe, now, publish, onSnapshot, onUnsound } = options;
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
    const made = soundOf(describe);
    // What nobody could read is not shown, and the one before grows too old to be given out.
    if (typeof made === 'string') return onUnsound(made);
    snapshot = made;
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

/** The status, or the first rule it breaks. */
function soundOf(describe: () => StatusDocument): StatusDocument | string {
  try {
    const made = describe();
    const reading = readOwnerStatus(made);
    return reading.sound ? made : (reading.broken[0] ?? 'unsound');
  } catch (error) {
    return error instanceof Error ? error.message : 'no status could be made';
  }
}
