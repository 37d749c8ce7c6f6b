export { type Book, type BookUpdate, createBook, type MutableBook } from './book.ts';
export { LEVELS_MAX } from './book-side.ts';
export {
  bufferedFeeE8,
  feeE8,
  feeStaleness,
  type FeeStaleness,
  type FeeStalenessRule,
  type Liquidity,
} from './fees.ts';
export { isBookFresh } from './freshness.ts';
export {
  createSmileMemory,
  openSmileDesk,
  type SmileMemory,
  type SmileMoment,
} from './smile-desk.ts';
export { walkBook, type Walk, wouldCross } from './walk.ts';
