/** The first byte of a value says what follows. Never to be given another meaning. */
export const Tag = Object.freeze({
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** IEEE 754, eight bytes, little-endian. */
  float: 4,
  /** 7 bits at a time, least first. */
  integer: 5,
  /** Length twice, plus one where each character takes two bytes; then the characters. */
  newString: 6,
  /** Its number among those met before. */
  knownString: 7,
  /** As `newString`, and not to be remembered. */
  longString: 8,
  /** A count, then the values. */
  array: 9,
  /** A count, then key and value in turn, in the order they were made. */
  object: 10,
  set: 11,
  map: 12,
  /** And everything above: the integer itself. */
  little: 16,
});

export const LITTLE_MAX = 255 - Tag.little;
