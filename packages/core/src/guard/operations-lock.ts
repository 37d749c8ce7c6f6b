/**
 * The file in which an operation says that it touches trading (D-2). `running`: it is at work;
 * `latched`: it ended and could not be undone wholly, or left its scope. A file that cannot be read
 * is held by somebody nobody knows.
 */
export type OperationsLock =
  | { readonly state: 'free' }
  | { readonly state: 'running' | 'latched'; readonly operationId: string }
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
      return `operation ${lock.operationId} is ${lock.state}`;
  }
}

export function isSameLock(a: OperationsLock, b: OperationsLock): boolean {
  return a.state === b.state && operationOf(a) === operationOf(b);
}

const operationOf = (lock: OperationsLock): string | null =>
  'operationId' in lock ? lock.operationId : null;
