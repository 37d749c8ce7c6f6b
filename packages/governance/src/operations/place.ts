import type { Fault, FaultCode } from './fault.ts';

/** A fault in one line of code; the message says what would be right. */
export function faultAt(code: FaultCode, operand: string, place: string, message: string): Fault {
  return { code, operand, place, message };
}

/** Every fault once, in the order of the document: `/steps/2` stands before `/steps/10`. */
export function inOrder(faults: readonly Fault[]): readonly Fault[] {
  const once = new Map(faults.map((each) => [JSON.stringify(Object.values(each)), each]));
  return [...once.values()].sort(
    (a, b) =>
      comparePlaces(a.place, b.place) ||
      compareText(a.code, b.code) ||
      compareText(a.operand, b.operand) ||
      compareText(a.message, b.message),
  );
}

function comparePlaces(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const order = compareSegments(left[index] ?? '', right[index] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const INDEX = /^(0|[1-9][0-9]{0,8})$/;

function compareSegments(a: string, b: string): number {
  if (INDEX.test(a) && INDEX.test(b)) return Number(a) - Number(b);
  return compareText(a, b);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
