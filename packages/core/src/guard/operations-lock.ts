/**
 * The file in which an operation says that it touches trading (D-2). `running`: it is at work;
 * `latched`: it ended and could not be undone wholly, or left its scope. A file that cannot be read
 * is held by somebody nobody knows.
 */
export type OperationsLock =
  | { readonly state: 'free' }
  | {
      readonly state: 'running' | 'latched';
      readonly operationId: string;
      /** Since when, UTC, as the file says. */
      readonly since: string;
    }
  | { readonly state: 'unreadable' };

/** What holds OPEN back, in words; null where nothing does. */
export function lockInWords(lock: OperationsLock): string | null {
  switch (lock.state) {
    case 'free':
      return null;
    case 'unreadable':
      return 'the operations lock cannot be read';
    case 'running':
    case 'latched':
      return `operation ${lock.operationId} is ${lock.state} since ${lock.since}`;
  }
}

/** What lets go of it: the operation itself, or somebody with the command that is named. */
export function lockReleasedBy(lock: OperationsLock): string {
  switch (lock.state) {
    case 'free':
      return 'it is free';
    case 'unreadable':
      return 'artifacts/operations/<environment>.lock.json can be read again, or is gone';
    case 'running':
      return `it is sealed; where its process is gone: holdfast ops resume ${lock.operationId}`;
    case 'latched': {
      const command = 'holdfast ops clear --environment <ENV> --key <file> --reason "<why>"';
      return `another person than who asked for it says: ${command}`;
    }
  }
}

export function isSameLock(a: OperationsLock, b: OperationsLock): boolean {
  return a.state === b.state && ownerOf(a) === ownerOf(b);
}

const ownerOf = (lock: OperationsLock): string | null =>
  'operationId' in lock ? `${lock.operationId} ${lock.since}` : null;
